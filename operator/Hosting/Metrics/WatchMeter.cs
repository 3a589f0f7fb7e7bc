using Thermocline.Operator.Cluster.Watching;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>A watch whose figures are shown.</summary>
/// <param name="Resource">Which kind it watches.</param>
/// <param name="Namespace">Where; empty for everywhere.</param>
/// <param name="Status">Its figures at this moment.</param>
internal sealed record WatchMeter(string Resource, string Namespace, Func<WatchStatus> Status);
