using System.Collections.Frozen;
using Thermocline.Events.Redis.Scripts;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Publishing;

/// <summary>One topic: its streams, how much they hold, and who waits for room in them.</summary>
internal sealed class RedisTopic(string name, RedisLink link)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly int _backlogMax = link.Options.BacklogMax;
    private string[] _streams = [];
    private Task? _tidying;
    private FrozenDictionary<string, GroupFigures> _groups = FrozenDictionary<string, GroupFigures>.Empty;
    private volatile bool _isUnclaimed;
    private long _held;
    private long _onTheWay;
    private long _sinceTidied;
    private long _published;
    private long _refused;
    private uint _turn;

    public string Name => name;

    public RedisKeys Keys { get; } = new(link.Options.Prefix, name);

    /// <summary>What the server said of its groups the last time.</summary>
    public IReadOnlyDictionary<string, GroupFigures> Groups => _groups;

    public long Published => Volatile.Read(ref _published);

    public long Refused => Volatile.Read(ref _refused);

    public long Backlog => Volatile.Read(ref _held) + Volatile.Read(ref _onTheWay) + Volatile.Read(ref _sinceTidied);

    /// <summary>The streams of the topic. How many they are is written down once, by whoever comes first.</summary>
    /// <exception cref="RespException">The server is away.</exception>
    public async ValueTask<IReadOnlyList<string>> StreamsAsync(CancellationToken cancellation)
    {
        if (_streams.Length > 0)
            return _streams;
        var batch = new RespBatch();
        batch.Begin(4).Part("SET").Part(Keys.Partitions).Part(link.Options.Partitions).Part("NX");
        batch.Add("GET", Keys.Partitions);
        long count = (await link.Client.AskAsync(batch, cancellation)).Whole;
        if (count is < 1 or > 256)
            throw new RespException(RespFault.Protocol, $"{Keys.Partitions} holds {count}; a topic has 1 to 256 streams.");
        return _streams = [.. Enumerable.Range(0, (int)count).Select(Keys.Stream)];
    }

    /// <summary>The stream of an event: of one context always the same.</summary>
    public string StreamOf(string? context) => _streams[string.IsNullOrEmpty(context)
        ? (int)(Interlocked.Increment(ref _turn) % (uint)_streams.Length)
        : RedisKeys.PartitionOf(context, _streams.Length)];

    /// <summary>Takes room for events, waiting for it as long as publishers wait; false when there was none.</summary>
    public async ValueTask<bool> TakeRoomAsync(int count, CancellationToken cancellation)
    {
        if (TryTakeRoom(count))
            return true;
        long since = link.Time.GetTimestamp();
        do
        {
            await TidyAsync(cancellation);
            if (TryTakeRoom(count))
                return true;
            await Task.Delay(Glance, link.Time, cancellation);
        }
        while (link.Time.GetElapsedTime(since) < link.Options.PublishWaitMax);
        Interlocked.Add(ref _refused, count);
        return false;
    }

    /// <summary>Gives room back that nothing was put into.</summary>
    public void ReturnRoom(int count) => Interlocked.Add(ref _onTheWay, -count);

    /// <summary>What room was taken for is there.</summary>
    public void CountPublished(int count)
    {
        Interlocked.Add(ref _published, count);
        Interlocked.Add(ref _sinceTidied, count);
        ReturnRoom(count);
    }

    /// <summary>Removes what all groups acknowledged, and counts. Callers at the same time share one run.</summary>
    /// <exception cref="RespException">The server is away.</exception>
    public Task TidyAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_tidying is null || _tidying.IsCompleted)
                _tidying = TidyOnceAsync();
            return _tidying.WaitAsync(cancellation);
        }
    }

    /// <summary>Forgets a group in every stream; false when none has it.</summary>
    /// <exception cref="RespException">The server is away.</exception>
    public async ValueTask<bool> RemoveGroupAsync(string group, CancellationToken cancellation)
    {
        var batch = new RespBatch();
        foreach (string stream in await StreamsAsync(cancellation))
            batch.Add("XGROUP", "DESTROY", stream, group);
        // A stream that nothing was ever published to is an error, and has no group.
        bool isGone = (await link.Client.SendAsync(batch, cancellation)).Any(static answer => !answer.IsError && answer.Whole > 0);
        await TidyAsync(cancellation);
        return isGone;
    }

    private bool TryTakeRoom(int count)
    {
        long taken = Interlocked.Add(ref _onTheWay, count) + Volatile.Read(ref _sinceTidied);

        // Where nobody takes events the oldest are removed, and none is refused but for want of a moment to do so. A publication
        // larger than all there may be goes into an empty topic.
        long most = _isUnclaimed ? _backlogMax * 2L : _backlogMax;
        if (Volatile.Read(ref _held) + taken <= most || (Volatile.Read(ref _held) == 0 && taken == count))
            return true;
        ReturnRoom(count);
        return false;
    }

    private async Task TidyOnceAsync()
    {
        IReadOnlyList<string> streams = await StreamsAsync(CancellationToken.None);
        long since = Volatile.Read(ref _sinceTidied);
        RespValue answer = await RedisScripts.Tidy.RunAsync(
            link.Client, streams, batch => batch.Part((_backlogMax / streams.Count) + 1), 1, CancellationToken.None);
        var groups = new Dictionary<string, GroupFigures>();
        long held = 0;
        foreach (RespValue stream in answer.ItemsOf(streams.Count))
        {
            ReadOnlySpan<RespValue> figures = stream.ItemsOf(2);
            held += figures[0].Whole;
            foreach (RespValue group in figures[1].Items)
                Add(groups, group.ItemsOf(4), figures[0].Whole);
        }

        // What was there before the figures were taken is in them; what was on its way may be counted twice, until the next time.
        Interlocked.Exchange(ref _held, held);
        Interlocked.Add(ref _sinceTidied, -since);
        _groups = groups.ToFrozenDictionary();
        _isUnclaimed = groups.Count == 0;
    }

    private static void Add(Dictionary<string, GroupFigures> groups, ReadOnlySpan<RespValue> group, long held)
    {
        // The server does not know what was not given once entries in the middle were deleted.
        long ahead = group[1].Whole < 0 ? held : group[1].Whole;
        DateTimeOffset? oldest = group[3].Bytes.IsEmpty ? null : StreamId.Of(group[3]).At;
        var figures = new GroupFigures(ahead + group[2].Whole, oldest);
        string name = group[0].Text;
        groups[name] = groups.TryGetValue(name, out GroupFigures other) ? other.And(figures) : figures;
    }
}
