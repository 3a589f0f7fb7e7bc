using Thermocline.Events.Redis.Publishing;
using Thermocline.Events.Redis.Scripts;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Delivery;

/// <summary>Which streams of a topic this member of a group holds: a fair share of them, each for a time that it renews.</summary>
internal sealed class Leases(RedisLink link, RedisTopic topic, string group)
{
    // Ours ends a little before the server's, so that clocks that run differently do not let two members believe they hold it.
    private const double OwnShare = 0.8;

    private readonly string[] _names = [topic.Keys.Members(group)];
    private string[] _keys = [];

    /// <summary>The streams. Empty until <see cref="TendAsync"/> was answered once.</summary>
    public IReadOnlyList<Partition> Partitions { get; private set; } = [];

    /// <summary>How long to wait between two renewals.</summary>
    public TimeSpan Interval => link.Options.LeaseTime / 4;

    /// <summary>Renews what is held, takes what is free, and lets go what others lack.</summary>
    /// <exception cref="RespException">The server is away.</exception>
    public async Task TendAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> streams = await topic.StreamsAsync(cancellation);
        if (Partitions.Count == 0)
        {
            Partitions = [.. streams.Select((stream, number) => new Partition(number, stream, topic.Keys.Lease(number, group)))];
            _keys = [.. _names, .. Partitions.Select(partition => partition.Lease)];
        }

        long until = link.Time.GetTimestamp() + (long)(link.Options.LeaseTime.TotalSeconds * OwnShare * link.Time.TimestampFrequency);
        long first = (long)(link.Random() * Partitions.Count);
        RespValue answer = await RedisScripts.Tend.RunAsync(
            link.Client,
            _keys,
            batch => batch.Part(link.Member).Part((long)link.Options.LeaseTime.TotalMilliseconds).Part(first),
            3,
            cancellation);
        var held = new HashSet<long>();
        foreach (RespValue number in answer.ItemsOf(2)[1].Items)
            held.Add(number.Whole);
        foreach (Partition partition in Partitions)
            Judge(partition, held.Contains(partition.Number), until);
        Share((int)answer.Items[0].Whole);
        await ReleaseAsync([.. Partitions.Where(partition => partition is { IsLeaving: true, Tenure.Held: 0 })], cancellation);
    }

    /// <summary>Ends what ran out while the server was away.</summary>
    public void EndLate()
    {
        foreach (Partition partition in Partitions)
        {
            if (partition.Tenure is { IsOurs: false })
                partition.Lose();
        }
    }

    /// <summary>Gives everything up, and is no member any more.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        try
        {
            if (_keys.Length > 0)
                await link.Client.AskAsync(RespBatch.Of("ZREM", _keys[0], link.Member), cancellation);
            await ReleaseAsync([.. Partitions.Where(partition => partition.Tenure is not null)], cancellation);
        }
        catch (RespException)
        {
            // The leases end by themselves.
        }
    }

    private void Judge(Partition partition, bool isHeld, long until)
    {
        if (!isHeld || partition.Tenure is { IsOurs: false })
            partition.Lose();
        if (!isHeld)
            return;

        // Nothing of the hold before is begun again while it may still be handled.
        if (partition.Tenure is null && !partition.IsBusy)
            partition.Take(new Tenure(link.Time));
        partition.Tenure?.Extend(until);
    }

    private void Share(int share)
    {
        int kept = 0;
        foreach (Partition partition in Partitions.Where(partition => partition.Tenure is not null))
            partition.IsLeaving = kept++ >= share;
    }

    private async Task ReleaseAsync(IReadOnlyList<Partition> leaving, CancellationToken cancellation)
    {
        if (leaving.Count == 0)
            return;
        foreach (Partition partition in leaving)
            partition.Lose();
        await RedisScripts.Release.RunAsync(
            link.Client, [.. leaving.Select(partition => partition.Lease)], batch => batch.Part(link.Member), 1, cancellation);
    }
}
