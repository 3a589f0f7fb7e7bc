namespace Thermocline.Operator.Cluster.Watching;

/// <summary>Figures of a watcher at one moment.</summary>
/// <param name="IsSynced">Whether everything that was there at the start has been told.</param>
/// <param name="Events">Changes heard of.</param>
/// <param name="Streams">Streams opened.</param>
/// <param name="Lists">Times everything was listed.</param>
/// <param name="Failures">Lists and streams that failed.</param>
/// <param name="LastHeard">When the server last said something, if only that nothing happened.</param>
/// <param name="LastFailure">The last failure, or null.</param>
internal sealed record WatchStatus(
    bool IsSynced, long Events, long Streams, long Lists, long Failures, DateTimeOffset? LastHeard, string? LastFailure)
{
    /// <summary>Streams opened after the first.</summary>
    public long Reconnections => Math.Max(Streams - 1, 0);
}
