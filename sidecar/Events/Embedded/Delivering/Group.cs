using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Publishing;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>
/// A consumer group of a topic: reads blocks into its window, gives events to the slots of its subscriptions, and remembers
/// what was handled. Its lock may be held when the topic's is taken, never the other way round.
/// </summary>
internal sealed class Group : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>Events read in one go under the lock: slots wait meanwhile.</summary>
    private const int ReadAtOnce = 256;

    /// <summary>Slots that may be on their way at once.</summary>
    private const int FreshMax = 2;
    private readonly Topic _topic;
    private readonly EngineParts _parts;
    private readonly Func<string, EventDraft, ValueTask<PublishAnswer>> _publish;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _membership = new(1);
    private readonly List<Subscription> _members = [];
    private readonly BlockSource _source;
    private readonly CursorWriter _cursor;
    private readonly ITimer _pauseTimer;
    private DeliveryOrder _order;
    private KnownProgress _known;
    private LoadedBlock? _reading;
    private TaskCompletionSource? _filling;
    private CancellationTokenSource _resting = new();
    private bool _more = true;
    private long _held;
    private long _floor;
    private long _durableFloor;
    private long _pauseArmedFor = long.MaxValue;
    private int _fresh;
    private int _inFlight;
    private long _handled;
    private long _redelivered;
    private long _deadLetters;
    private long _expired;
    private long _lost;

    public Group(int id, Topic topic, GroupRecord record, EngineParts parts, Func<string, EventDraft, ValueTask<PublishAnswer>> publish)
    {
        Id = id;
        Name = record.Name;
        _topic = topic;
        _parts = parts;
        _publish = publish;
        _source = new BlockSource(topic.Id, parts);
        _floor = _durableFloor = record.Floor;
        _known = new KnownProgress(record);
        _order = OrderAt(record.Floor);
        _cursor = new CursorWriter(EventKeys.Group(topic.Id, id), Progress, NoteDurable, parts);
        _pauseTimer = parts.Time.CreateTimer(
            static self => ((Group)self!).EndPauses(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Id { get; }

    public string Name { get; }

    public string TopicName => _topic.Name;

    public int TopicId => _topic.Id;

    /// <summary>All events below are handled.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>The same, as the store has it.</summary>
    public long DurableFloor => Volatile.Read(ref _durableFloor);

    public bool HasMembers
    {
        get
        {
            lock (_gate)
                return _members.Count > 0;
        }
    }

    public GroupStatus Status
    {
        get
        {
            long next = _topic.Next;
            lock (_gate)
            {
                long lag = next - _order.End + _order.Count - _order.DoneInWindow - _known.HandledFrom(_order.End);
                DateTimeOffset? oldest = _order.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(_order[_order.Floor].View.PublishedAtMs) : null;
                return new(Name, Math.Max(lag, 0), oldest, _inFlight, _handled, _redelivered, _deadLetters) { Expired = _expired, Lost = _lost };
            }
        }
    }

    /// <summary>How far it is, for its record.</summary>
    public GroupRecord Progress()
    {
        lock (_gate)
        {
            var handled = new List<(long, long)>();
            var attempts = new List<(long, int)>();
            _order.Describe(handled, attempts);
            _known.Describe(_order.End, handled, attempts);
            return new GroupRecord(Name, _order.Floor, handled, attempts);
        }
    }

    public async ValueTask JoinAsync(Subscription member, CancellationToken cancellation)
    {
        await _membership.WaitAsync(cancellation);
        try
        {
            lock (_gate)
            {
                _members.Add(member);
                member.Watch = _parts.Time.CreateTimer(
                    _ => EndOverdue(member), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                BeginToFill();
                Wake();
            }
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>Ends a subscription. The last one takes the window with it: what it has not handled is read again.</summary>
    public async Task EndAsync(Subscription member)
    {
        Task asleep;
        lock (_gate)
            asleep = member.Stop();
        if (!await IsOverAsync(asleep))
        {
            await CancelAsync(member);
            if (!await IsOverAsync(asleep))
                Abandon(member);
        }

        await _membership.WaitAsync();
        try
        {
            await LeaveAsync(member);
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>The topic has a further block.</summary>
    public void NotePublished()
    {
        lock (_gate)
        {
            _more = true;
            BeginToFill();
        }
    }

    public void Execute() => _ = FillAsync();

    /// <summary>Gives a slot its next event; false when there is none, and it sleeps.</summary>
    public bool TryTake(DeliverySlot slot)
    {
        lock (_gate)
        {
            if (slot.IsFresh)
            {
                slot.IsFresh = false;
                _fresh--;
            }

            Subscription member = slot.Subscription;
            if (member.IsStopping || !TryTakeLive(out long offset))
            {
                member.Sleep(slot);
                // What a member that ends leaves behind is for another one.
                Wake();
                return false;
            }

            Hand(slot, offset);
            Watch(member);
            Wake();
            return true;
        }
    }

    /// <summary>What the handler of a slot answered. True: it is over with the event, and the slot has to give it up.</summary>
    public bool Complete(DeliverySlot slot, Handling answer)
    {
        lock (_gate)
        {
            SubscriptionOptions options = slot.Subscription.Options;
            if (!slot.IsAbandoned && ReasonToGiveUp(slot, answer) is { } reason)
            {
                _order[slot.Offset].GivenUp = slot.GivenUp = reason;
                return true;
            }

            if (!TakeBack(slot))
                return false;
            if (answer == Handling.Done)
            {
                _handled++;
                Finish(slot.Offset);
            }
            else
            {
                Pause(slot.Offset, options);
            }

            slot.Offset = -1;
        }

        _topic.NoteProgress();
        return false;
    }

    /// <summary>Publishes the event of a slot as a dead letter; when that cannot be done now, it is tried again after a pause.</summary>
    public async ValueTask GiveUpAsync(DeliverySlot slot)
    {
        SubscriptionOptions options = slot.Subscription.Options;
        PublishAnswer answer = options.DeadLetterTopic.Length == 0
            ? PublishAnswer.Done
            : await _publish(options.DeadLetterTopic, DeadLetters.Of(slot, this));
        lock (_gate)
        {
            if (!TakeBack(slot))
                return;
            if (answer.Outcome == PublishOutcome.Done)
            {
                _deadLetters++;
                Finish(slot.Offset);
            }
            else
            {
                _parts.Health.Note($"A dead letter could not be published: {answer.Reason}");
                Pause(slot.Offset, options);
            }

            slot.Offset = -1;
        }

        _topic.NoteProgress();
    }

    /// <summary>Lets go of its timers. It must have no members.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cursor.DisposeAsync();
        await _pauseTimer.DisposeAsync();
        _membership.Dispose();
        _resting.Dispose();
    }

    private DeliveryOrder OrderAt(long floor)
    {
        var order = new DeliveryOrder(_parts.Options.WindowEventsMax);
        order.MoveTo(floor);
        return order;
    }

    private void NoteDurable(long floor)
    {
        Volatile.Write(ref _durableFloor, floor);
        _topic.Trim();
    }

    /// <summary>Takes the next event that has not expired meanwhile.</summary>
    private bool TryTakeLive(out long offset)
    {
        while (_order.TryTake(out offset))
        {
            ref WindowEntry entry = ref _order[offset];
            if (entry.View.ExpiresAtMs == long.MaxValue || entry.GivenUp is not null || entry.View.ExpiresAtMs > _parts.NowMs)
                return true;
            _expired++;
            Finish(offset);
        }

        return false;
    }

    private void Hand(DeliverySlot slot, long offset)
    {
        ref WindowEntry entry = ref _order[offset];
        slot.Offset = offset;
        slot.Block = entry.Block;
        slot.View = entry.View;
        // What was used up before a restart is not begun again.
        if (entry.GivenUp is null && entry.Attempts >= slot.Subscription.Options.AttemptsMax)
            entry.GivenUp = $"It was not handled at {entry.Attempts} attempts.";
        slot.GivenUp = entry.GivenUp;
        slot.IsAbandoned = false;
        slot.StartedAt = _parts.Time.GetTimestamp();
        slot.Prepare();
        if (entry.GivenUp is null)
        {
            entry.Attempts++;
            if (entry.Attempts > 1)
                _redelivered++;
        }

        slot.Attempt = entry.Attempts;
        _inFlight++;
    }

    /// <summary>Ends a slot's hold on its event; false when it was taken from it before.</summary>
    private bool TakeBack(DeliverySlot slot)
    {
        bool counts = !slot.IsAbandoned;
        slot.IsAbandoned = false;
        slot.Block = null;
        slot.View = default;
        _inFlight--;
        if (!counts)
            slot.Offset = -1;
        return counts;
    }

    private void Finish(long offset)
    {
        if (_order.Finish(offset) is { } block)
            Release(block);
        Volatile.Write(ref _floor, _order.Floor);
        _cursor.NoteChange();
        if (_more && _order.HasHalfRoom)
            BeginToFill();
    }

    private static string? ReasonToGiveUp(DeliverySlot slot, Handling answer) => answer switch
    {
        Handling.Done => null,
        Handling.DeadLetter => "The handler refused it.",
        Handling.Retry => slot.Attempt >= slot.Subscription.Options.AttemptsMax ? $"The handler failed at {slot.Attempt} attempts." : null,
    };

    private void Pause(long offset, SubscriptionOptions options)
    {
        TimeSpan pause = Jitter.Pause(options, _order[offset].Attempts, _parts.Chance());
        long due = _parts.Time.GetTimestamp() + (long)(pause.TotalSeconds * _parts.Time.TimestampFrequency);
        _order.Pause(offset, due);
        _cursor.NoteChange();
        ArmPause();
    }

    private void ArmPause()
    {
        if (_order.NextDue is not { } due || due >= _pauseArmedFor)
            return;
        _pauseArmedFor = due;
        TimeSpan left = _parts.Time.GetElapsedTime(_parts.Time.GetTimestamp(), due);
        _pauseTimer.Change(left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void EndPauses()
    {
        lock (_gate)
        {
            _pauseArmedFor = long.MaxValue;
            _order.EndPauses(_parts.Time.GetTimestamp());
            ArmPause();
            Wake();
        }
    }

    /// <summary>
    /// Wakes slots for events that may be delivered, of the members in turn. Few at a time: each that comes up wakes the next, and
    /// handlers that answer at once leave nothing for it to do.
    /// </summary>
    private void Wake()
    {
        while (_order.ReadyCount > _fresh && _fresh < FreshMax && Idlest() is { } member)
        {
            _fresh++;
            ThreadPool.UnsafeQueueUserWorkItem(member.Wake(), preferLocal: false);
        }
    }

    private Subscription? Idlest()
    {
        Subscription? idlest = null;
        foreach (Subscription member in _members)
        {
            if (member.HasIdle && (idlest is null || member.Awake < idlest.Awake))
                idlest = member;
        }

        return idlest;
    }

    /// <summary>Looks after handlers that take too long: one timer for all of a subscription.</summary>
    private static void Watch(Subscription member)
    {
        if (member.IsWatched)
            return;
        member.IsWatched = true;
        member.Watch!.Change(member.Options.HandlingLimit, Timeout.InfiniteTimeSpan);
    }

    private void EndOverdue(Subscription member)
    {
        var overdue = new List<CancellationTokenSource>();
        lock (_gate)
        {
            TimeSpan? next = null;
            // By index: an event that is given up may wake a further slot.
            for (int i = 0; i < member.Slots.Count; i++)
            {
                DeliverySlot slot = member.Slots[i];
                if (slot.Offset < 0 || slot.IsAbandoned || slot.GivenUp is not null)
                    continue;
                TimeSpan left = member.Options.HandlingLimit - _parts.Time.GetElapsedTime(slot.StartedAt);
                if (left > TimeSpan.Zero)
                    next = next is { } least && least < left ? least : left;
                else
                    overdue.Add(Abandon(slot, $"The handler did not end in time at {slot.Attempt} attempts."));
            }

            member.IsWatched = next is not null;
            if (next is { } wait)
                member.Watch!.Change(wait, Timeout.InfiniteTimeSpan);
        }

        foreach (CancellationTokenSource cancellation in overdue)
            cancellation.Cancel();
    }

    /// <summary>Takes the event away from a handler that goes on: it keeps its slot and the bytes, and its answer is not heard.</summary>
    private CancellationTokenSource Abandon(DeliverySlot slot, string reason)
    {
        slot.Block!.Abandon();
        slot.IsAbandoned = true;
        if (slot.Attempt < slot.Subscription.Options.AttemptsMax)
        {
            Pause(slot.Offset, slot.Subscription.Options);
        }
        else
        {
            _order[slot.Offset].GivenUp = reason;
            _order.Return(slot.Offset);
            Wake();
        }

        return slot.TakeCancellation();
    }

    private async ValueTask<bool> IsOverAsync(Task asleep)
    {
        if (asleep.IsCompleted)
            return true;
        try
        {
            await asleep.WaitAsync(_parts.Options.StopWaitMax, _parts.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task CancelAsync(Subscription member)
    {
        List<CancellationTokenSource> running;
        lock (_gate)
            running = [.. member.Slots.Where(static slot => slot.Offset >= 0 && !slot.IsAbandoned).Select(static slot => slot.TakeCancellation())];
        foreach (CancellationTokenSource cancellation in running)
            await cancellation.CancelAsync();
    }

    private void Abandon(Subscription member)
    {
        lock (_gate)
        {
            foreach (DeliverySlot slot in member.Slots.Where(static slot => slot.Offset >= 0 && !slot.IsAbandoned))
            {
                slot.Block!.Abandon();
                slot.IsAbandoned = true;
                _order.Return(slot.Offset);
            }

            Wake();
        }
    }

    private async Task LeaveAsync(Subscription member)
    {
        Task filled = Task.CompletedTask;
        bool last;
        lock (_gate)
        {
            _members.Remove(member);
            last = _members.Count == 0;
            if (last && _filling is not null)
                filled = _filling.Task;
        }

        await member.Watch!.DisposeAsync();
        foreach (DeliverySlot slot in member.Slots.Where(static slot => slot.Offset < 0))
            slot.Dispose();
        if (last)
        {
            await _resting.CancelAsync();
            await filled;
            Rest();
        }

        await _cursor.FlushAsync();
    }

    /// <summary>Nobody takes events: the window is let go, what is known of it is kept.</summary>
    private void Rest()
    {
        lock (_gate)
        {
            GroupRecord progress = Progress();
            HashSet<LoadedBlock> held = _order.Blocks();
            if (_reading is not null)
                held.Add(_reading);
            foreach (LoadedBlock block in held)
                Release(block);
            _reading = null;
            _known = new KnownProgress(progress);
            _order = OrderAt(progress.Floor);
            _more = true;
            _resting.Dispose();
            _resting = new CancellationTokenSource();
        }
    }

    /// <summary>Begins to read when there is something to read and room for it, and nobody is at it.</summary>
    private void BeginToFill()
    {
        if (_filling is not null || _members.Count == 0 || !_more || !HasRoom)
            return;
        _filling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool HasRoom => !_order.IsFull && (_reading is not null || _held < _parts.Options.WindowBytesMax);

    private async Task FillAsync()
    {
        CancellationToken resting = _resting.Token;
        try
        {
            while (NextToLoad() is { } place)
            {
                LoadedBlock? block = await _source.LoadAsync(place, resting);
                lock (_gate)
                    Begin(place, block);
            }
        }
        catch (OperationCanceledException)
        {
            // The last member left while a read waited for a disk or a network that failed.
        }
        finally
        {
            lock (_gate)
            {
                _filling!.TrySetResult();
                _filling = null;
                // Something may have come between the last look and this.
                BeginToFill();
            }
        }
    }

    /// <summary>Moves events into the window until a further block is needed: which one, or null when there is none, or no room.</summary>
    private BlockPlace? NextToLoad()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_members.Count == 0 || !HasRoom)
                    return null;
                if (_reading is null)
                {
                    _more = _topic.TryFind(_order.End, out BlockPlace place);
                    return _more ? place : null;
                }

                ReadSome(_reading);
                Wake();
            }
        }
    }

    private void Begin(in BlockPlace place, LoadedBlock? block)
    {
        if (block is not null)
        {
            _held += block.Bytes.Length;
            _parts.Account.Charge(block.Bytes.Length);
        }

        // Events between: only a block that is lost, or was dropped before there was a group, leaves any.
        if (place.First > _order.End || block is null)
            SkipTo(block is null ? place.End : place.First);
        if (block is not null && place.First > _order.End)
            Release(block);
        else
            _reading = block;
    }

    /// <summary>Counts events as lost that cannot be read any more.</summary>
    private void SkipTo(long offset)
    {
        if (_order.Count > 0)
        {
            // The window has no holes: these fill it as handled ones do, and what does not fit is skipped at the next reading.
            while (_order.End < offset && !_order.IsFull)
            {
                _lost++;
                _order.AddDone();
            }
        }
        else
        {
            _lost += offset - _order.End;
            _order.MoveTo(offset);
        }

        Volatile.Write(ref _floor, _order.Floor);
        _cursor.NoteChange();
    }

    private void ReadSome(LoadedBlock block)
    {
        long nowMs = _parts.NowMs;
        for (int i = 0; i < ReadAtOnce && block.Reader.Taken < block.Place.Count && !_order.IsFull; i++)
        {
            if (!block.Reader.TryNext(out EventView view))
            {
                _parts.Health.Note($"The events {_order.End} to {block.Place.End - 1} are lost: their block is not what was written.");
                EndReading(block);
                SkipTo(block.Place.End);
                return;
            }

            long offset = block.Place.First + block.Reader.Taken - 1;
            if (offset < _order.End)
                continue;
            if (_known.TakeHandled(offset))
            {
                AddDone();
            }
            else if (view.ExpiresAtMs <= nowMs)
            {
                _expired++;
                AddDone();
            }
            else
            {
                _order.Add(block, view, _known.TakeAttempts(offset));
            }
        }

        if (block.Reader.Taken == block.Place.Count)
            EndReading(block);
    }

    private void AddDone()
    {
        _order.AddDone();
        Volatile.Write(ref _floor, _order.Floor);
        _cursor.NoteChange();
    }

    private void EndReading(LoadedBlock block)
    {
        block.NoteRead();
        _reading = null;
        if (block.IsDone)
            Release(block);
    }

    private void Release(LoadedBlock block)
    {
        _held -= block.Bytes.Length;
        _parts.Account.Release(block.Bytes.Length);
        block.Release();
    }
}
