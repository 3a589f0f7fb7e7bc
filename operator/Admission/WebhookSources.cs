using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission;

/// <summary>What the webhook knows of the cluster, from memory: it has no time to ask.</summary>
/// <param name="Clusters">The MemoryClusters of a namespace; null while they are not known yet.</param>
/// <param name="StoresHeld">The stores of a cluster's live pods, as their annotations say.</param>
internal sealed record WebhookSources(
    Func<string, IReadOnlyList<MemoryCluster>?> Clusters, Func<MemoryCluster, IReadOnlyCollection<string>> StoresHeld);
