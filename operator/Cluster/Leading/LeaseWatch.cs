namespace Thermocline.Operator.Cluster.Leading;

/// <summary>
/// When somebody else's lease is over. Only how long we have seen no change counts, by our own clock: the times in the lease are those
/// of another machine.
/// </summary>
internal sealed class LeaseWatch(TimeProvider time)
{
    private string? _version;
    private long _seenAt;

    /// <summary>Looks at the lease as it is now; true when it has been like this for as long as it lasts, or nobody holds it.</summary>
    public bool IsFree(LeaseRecord lease)
    {
        if (lease.Holder.Length == 0)
            return true;
        if (_version != lease.Version)
        {
            _version = lease.Version;
            _seenAt = time.GetTimestamp();
            return false;
        }

        return time.GetElapsedTime(_seenAt) > lease.Duration;
    }
}
