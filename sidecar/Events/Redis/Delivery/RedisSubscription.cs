using Thermocline.Events.Redis.Publishing;
using Thermocline.Events.Redis.Scripts;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Delivery;

/// <summary>
/// One member of a group on one topic. A loop of its own tends its leases, takes over what members before left, reads what is new
/// and waits for more on a connection of its own; lines of events are worked on beside it.
/// </summary>
internal sealed class RedisSubscription : IAsyncDisposable
{
    private const int ReadEventsMax = 256;
    private const int ReadBytesMax = 4 << 20;

    // A read of a few right after another makes the server work, and sync, for each; what comes within this time is read together.
    private const int FewEvents = 64;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    private readonly RedisLink _link;
    private readonly RedisTopic _topic;
    private readonly SubscriptionOptions _options;
    private readonly RespClient _waiting;
    private readonly Leases _leases;
    private readonly Lanes _lanes;
    private readonly Deliverer _deliverer;
    private readonly Acknowledging _acknowledging;
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<RedisSubscription> _ended;
    private Task _running = Task.CompletedTask;
    private bool _isGroupMade;
    private bool _isEnded;
    private long _tendedAt;

    public RedisSubscription(
        RedisLink link, (RedisTopic Topic, RedisTopic? DeadLetters) topics, (SubscriptionOptions Options, EventHandling Handling) wish,
        Action<RedisSubscription> ended)
    {
        _link = link;
        _topic = topics.Topic;
        _options = wish.Options;
        _ended = ended;
        RespOptions server = link.Options.Server;
        _waiting = new RespClient(server with { CommandTimeout = server.CommandTimeout + WaitMax }, link.Time, link.Random);
        _leases = new Leases(link, topics.Topic, wish.Options.Group);
        _deliverer = new Deliverer(link, topics.Topic, topics.DeadLetters, wish);
        _lanes = new Lanes(DeliverAsync);
        _acknowledging = new Acknowledging(link, wish.Options.Group, _lanes.Remove);
    }

    public string Topic => _topic.Name;

    public string Group => _options.Group;

    public Counts Counts => _deliverer.Counts;

    /// <summary>Why the loop did not get on the last time, or null.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Makes the group where it is not there, if the server answers, and begins.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await MakeGroupAsync("$", cancellation);
        }
        catch (RespException away)
        {
            LastFailure = away.Message;
        }

        _running = RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        await _stop.CancelAsync();
        _deliverer.Stop();
        await _running;
        await _lanes.EndedAsync();
        await _acknowledging.EndAsync();
        await _leases.EndAsync(CancellationToken.None);
        await _waiting.DisposeAsync();
        _deliverer.Dispose();
        _stop.Dispose();
        _ended(this);
    }

    private async Task DeliverAsync(HeldEvent held)
    {
        if (await _deliverer.DeliverAsync(held))
            _acknowledging.Add(held);
        else
            _lanes.Remove(held);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var pauses = new Backoff(TimeSpan.FromMilliseconds(20), WaitMax, _link.Random);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stopping);
                LastFailure = null;
                pauses.Reset();
            }
            catch (RespException failure)
            {
                LastFailure = failure.Message;
                _isGroupMade &= failure.Code != "NOGROUP";
                foreach (Partition partition in _leases.Partitions)
                    partition.Recover();
                if (!await PauseAsync(pauses.Next(), stopping))
                    return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(pause, _link.Time, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TurnAsync(CancellationToken stopping)
    {
        _leases.EndLate();

        // Groups that were there and are gone went with everything else: what is there now is new.
        if (!_isGroupMade)
            await MakeGroupAsync(_leases.Partitions.Count == 0 ? "$" : "0", stopping);
        if (_leases.Partitions.Count == 0 || _link.Time.GetElapsedTime(_tendedAt) >= _leases.Interval)
        {
            await _leases.TendAsync(stopping);
            _tendedAt = _link.Time.GetTimestamp();
        }

        // Taken before the room is looked at: room that is made in between ends the wait for it.
        Task change = _lanes.Change;
        int room = RoomNow();
        if (room <= 0)
        {
            await WaitAsync(change, stopping);
            return;
        }

        Partition[] recovering = [.. _leases.Partitions.Where(partition => partition is { Tenure: not null, IsRecovering: true })];
        foreach (Partition partition in recovering)
            await RecoverAsync(partition, stopping);
        if (recovering.Length > 0)
            return;
        Partition[] reading = [.. _leases.Partitions.Where(partition => partition.IsReading)];
        if (reading.Length == 0)
            await WaitAsync(change, stopping);
        else if (await ReadAsync(reading, room, stopping) is var count and > 0)
            await GatherAsync(count, stopping);
        else
            await WaitForNewAsync(reading, stopping);
    }

    private int RoomNow() => _lanes.Bytes >= _link.Options.PrefetchBytesMax ? 0 : _link.Options.PrefetchMax - _lanes.Count;

    private async Task MakeGroupAsync(string from, CancellationToken cancellation)
    {
        IReadOnlyList<string> streams = await _topic.StreamsAsync(cancellation);
        var batch = new RespBatch();
        foreach (string stream in streams)
            batch.Add("XGROUP", "CREATE", stream, _options.Group, from, "MKSTREAM");
        foreach (RespValue answer in await _link.Client.SendAsync(batch, cancellation))
        {
            if (!answer.Text.StartsWith("BUSYGROUP", StringComparison.Ordinal))
                answer.ThrowIfError();
        }

        _isGroupMade = true;
    }

    private async Task RecoverAsync(Partition partition, CancellationToken stopping)
    {
        Tenure tenure = partition.Tenure!;
        RespValue answer = await RedisScripts.Recover.RunAsync(
            _link.Client,
            [partition.Stream, partition.Lease],
            batch => batch.Part(_link.Member).Part(_options.Group).Part(partition.RecoveredTo?.ToString() ?? "-"),
            3,
            stopping);
        if (answer.Kind == RespKind.Whole)
        {
            partition.Lose();
            return;
        }

        partition.LastRead = StreamId.Of(answer.ItemsOf(2)[0]);
        if (answer.Items[1].Items.IsEmpty)
            partition.Recovered();
        foreach (RespValue waiting in answer.Items[1].Items)
        {
            ReadOnlySpan<RespValue> parts = waiting.ItemsOf(3);
            StreamId id = StreamId.Of(parts[0]);
            partition.RecoveredTo = id;
            Hold(partition, tenure, id, parts[2], (int)Math.Min(parts[1].Whole, int.MaxValue - 1));
        }
    }

    private void Hold(Partition partition, Tenure tenure, StreamId id, in RespValue fields, int deliveries)
    {
        EventDraft? draft = RedisEntry.Read(fields, out int bytes);
        _lanes.Add(new HeldEvent(partition, tenure, id, draft, bytes, Math.Max(deliveries, 1), deliveries > 0));
    }

    private async Task<int> ReadAsync(Partition[] reading, int room, CancellationToken stopping)
    {
        // Whoever is read last may find the bytes used up, so it is another each time.
        int first = (int)(_link.Random() * reading.Length);
        Partition[] inTurn = [.. reading.AsSpan(first), .. reading.AsSpan(0, first)];
        string[] keys = [.. inTurn.Select(partition => partition.Stream), .. inTurn.Select(partition => partition.Lease)];
        int each = Math.Clamp(room / inTurn.Length, 1, ReadEventsMax);
        RespValue answer = await RedisScripts.Read.RunAsync(
            _link.Client, keys, batch => batch.Part(_link.Member).Part(_options.Group).Part(each).Part(ReadBytesMax), 4, stopping);
        int count = 0;
        ReadOnlySpan<RespValue> streams = answer.ItemsOf(inTurn.Length);
        for (int index = 0; index < inTurn.Length; index++)
        {
            if (streams[index].Kind == RespKind.Whole)
                inTurn[index].Lose();
            foreach (RespValue entry in streams[index].Items)
            {
                StreamId id = StreamId.Of(entry.ItemsOf(2)[0]);
                inTurn[index].LastRead = id;
                Hold(inTurn[index], inTurn[index].Tenure!, id, entry.Items[1], 0);
                count++;
            }
        }

        return count;
    }

    private async Task GatherAsync(int count, CancellationToken stopping)
    {
        if (count < FewEvents)
            await Task.Delay(Gathering, _link.Time, stopping);
    }

    // Ends as soon as something is there past what was read; what it is, the next read says.
    private async Task WaitForNewAsync(Partition[] reading, CancellationToken stopping)
    {
        TimeSpan wait = _leases.Interval < WaitMax ? _leases.Interval : WaitMax;
        RespBatch batch = new RespBatch().Begin(6 + (2 * reading.Length))
            .Part("XREAD").Part("COUNT").Part("1").Part("BLOCK").Part((long)wait.TotalMilliseconds).Part("STREAMS");
        foreach (Partition partition in reading)
            batch.Part(partition.Stream);
        foreach (Partition partition in reading)
            batch.Part(partition.LastRead.ToString());
        await _waiting.AskAsync(batch, stopping);
    }

    // Until something changes of what is held, and no longer than until the leases are to be tended.
    private async Task WaitAsync(Task change, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        TimeSpan wait = _leases.Interval < WaitMax ? _leases.Interval : WaitMax;
        await Task.WhenAny(change, Task.Delay(wait, _link.Time, either.Token));
        await either.CancelAsync();
    }
}
