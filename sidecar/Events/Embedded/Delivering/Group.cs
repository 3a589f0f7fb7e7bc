using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Delivering.Window;
using Thermocline.Events.Embedded.Publishing;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>
/// A consumer group of a topic: gives the events of its window to the slots of its subscriptions, and remembers what was
/// handled. Its lock may be held when the topic's is taken, never the other way round.
/// </summary>
internal sealed class Group : IAsyncDisposable
{
    /// <summary>Slots that may be on their way at once.</summary>
    private const int FreshMax = 2;
    private readonly Topic _topic;
    private readonly EngineParts _parts;
    private readonly Func<string, EventDraft, ValueTask<PublishAnswer>> _publish;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _membership = new(1);
    private readonly List<Subscription> _members = [];
    private readonly GroupWindow _window;
    private readonly WindowFiller _filler;
    private readonly CursorWriter _cursor;
    private readonly PauseClock _pauses;
    private volatile bool _retired;
    private long _durableFloor;
    private int _fresh;
    private int _inFlight;
    private long _handled;
    private long _redelivered;
    private long _deadLetters;

    public Group(int id, Topic topic, GroupRecord record, EngineParts parts, Func<string, EventDraft, ValueTask<PublishAnswer>> publish)
    {
        Id = id;
        Name = record.Name;
        _topic = topic;
        _parts = parts;
        _publish = publish;
        _durableFloor = record.Floor;
        _cursor = new CursorWriter(EventKeys.Group(topic.Id, id), Progress, NoteDurable, parts);
        _window = new GroupWindow(record, parts, _cursor.NoteChange);
        _filler = new WindowFiller(_gate, _window, topic, parts, Wake);
        _pauses = new PauseClock(parts.Time, EndPauses);
    }

    public int Id { get; }

    public string Name { get; }

    public string TopicName => _topic.Name;

    public int TopicId => _topic.Id;

    /// <summary>All events below are handled.</summary>
    public long Floor => _window.Floor;

    /// <summary>The same, as the store has it.</summary>
    public long DurableFloor => Volatile.Read(ref _durableFloor);

    public GroupStatus Status
    {
        get
        {
            long next = _topic.Next;
            lock (_gate)
            {
                long lag = _window.LagTo(next);
                DateTimeOffset? oldest = lag == 0 ? null : _window.OldestUnhandledAt ?? (_topic.TryFind(Floor, out BlockPlace place) ? place.PublishedAt : null);
                return new(Name, lag, oldest, _inFlight, _handled, _redelivered, _deadLetters)
                {
                    Expired = _window.Expired,
                    Lost = _window.Lost,
                };
            }
        }
    }

    /// <summary>How far it is, for its record.</summary>
    public GroupRecord Progress()
    {
        lock (_gate)
            return _window.Describe();
    }

    /// <summary>Lets nobody join any more; false when somebody has.</summary>
    public async ValueTask<bool> TryRetireAsync(CancellationToken cancellation)
    {
        await _membership.WaitAsync(cancellation);
        lock (_gate)
            _retired = _members.Count == 0;
        _membership.Release();
        return _retired;
    }

    /// <summary>It was not removed after all.</summary>
    public void Revive() => _retired = false;

    public async ValueTask JoinAsync(Subscription member, CancellationToken cancellation)
    {
        await _membership.WaitAsync(cancellation);
        try
        {
            if (_retired)
                throw new InvalidOperationException($"The group '{Name}' was removed meanwhile.");
            lock (_gate)
            {
                _members.Add(member);
                _filler.WakeUp();
                Wake();
            }
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>Lets no further event go to a member; completes when none of its slots is awake.</summary>
    public Task StopAsync(Subscription member)
    {
        lock (_gate)
            return member.Stop();
    }

    /// <summary>Asks the handlers of a member to end.</summary>
    public async Task CancelAsync(Subscription member)
    {
        List<CancellationTokenSource> running;
        lock (_gate)
            running = [.. member.Running().Select(static slot => slot.TakeCancellation())];
        foreach (CancellationTokenSource cancellation in running)
            await cancellation.CancelAsync();
    }

    /// <summary>Waits for handlers no longer: what they have is delivered again.</summary>
    public void Abandon(Subscription member)
    {
        lock (_gate)
        {
            foreach (DeliverySlot slot in member.Running())
            {
                slot.Abandon();
                _window.Order.Return(slot.Offset);
            }

            Wake();
        }
    }

    /// <summary>A member is gone, and with the last one the window. Writes the cursor.</summary>
    public async Task LeaveAsync(Subscription member)
    {
        await _membership.WaitAsync();
        try
        {
            bool last;
            lock (_gate)
            {
                _members.Remove(member);
                last = _members.Count == 0;
            }

            if (last)
                await _filler.RestAsync();
            await _cursor.FlushAsync();
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
            _filler.NoteMore();
    }

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
            bool takes = !member.IsStopping && _window.TryTake(out long offset) && Hand(slot, offset);
            if (!takes)
                member.Sleep(slot);
            // One more for what is left, also for what a member that ends leaves behind.
            Wake();
            return takes;
        }
    }

    /// <summary>What the handler of a slot answered. True: it is over with the event, and the slot has to give it up.</summary>
    public bool Complete(DeliverySlot slot, Handling answer)
    {
        lock (_gate)
        {
            if (!slot.IsAbandoned && slot.ReasonToGiveUp(answer) is { } reason)
            {
                _window.Order[slot.Offset].GivenUp = slot.GivenUp = reason;
                return true;
            }

            if (!TakeBack(slot, out long offset))
                return false;
            if (answer == Handling.Done)
            {
                _handled++;
                Finish(offset);
            }
            else
            {
                Pause(offset, slot.Subscription.Options);
            }
        }

        _topic.NoteProgress();
        return false;
    }

    /// <summary>Publishes the event of a slot as a dead letter; when that cannot be done now, it is tried again after a pause.</summary>
    public async ValueTask GiveUpAsync(DeliverySlot slot)
    {
        SubscriptionOptions options = slot.Subscription.Options;
        PublishAnswer answer = string.IsNullOrEmpty(options.DeadLetterTopic)
            ? PublishAnswer.Done
            : await _publish(options.DeadLetterTopic, DeadLetters.Of(slot, this));
        lock (_gate)
        {
            if (!TakeBack(slot, out long offset))
                return;
            if (answer.Outcome == PublishOutcome.Done)
            {
                _deadLetters++;
                Finish(offset);
            }
            else
            {
                _parts.Health.Note($"A dead letter could not be published: {answer.Reason}");
                Pause(offset, options);
            }
        }

        _topic.NoteProgress();
    }

    /// <summary>
    /// Takes the events away from handlers of a member that are at it for too long: each keeps its slot and the bytes, and its answer
    /// is not heard. Returns when the next one will be, or null when none runs.
    /// </summary>
    public TimeSpan? EndOverdue(Subscription member, List<CancellationTokenSource> overdue)
    {
        lock (_gate)
        {
            TimeSpan? next = null;
            foreach (DeliverySlot slot in member.Running())
            {
                TimeSpan left = member.Options.HandlingLimit - _parts.Time.GetElapsedTime(slot.StartedAt);
                if (slot.GivenUp is null && left > TimeSpan.Zero)
                    next = next is { } least && least < left ? least : left;
                else if (slot.GivenUp is null)
                    overdue.Add(EndOverdue(slot));
            }

            member.IsWatched = next is not null;
            return next;
        }
    }

    /// <summary>Lets go of its timers. It must have no members.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cursor.DisposeAsync();
        await _pauses.DisposeAsync();
        _filler.Dispose();
        _membership.Dispose();
    }

    private void NoteDurable(long floor)
    {
        Volatile.Write(ref _durableFloor, floor);
        _topic.Trim();
    }

    private bool Hand(DeliverySlot slot, long offset)
    {
        ref WindowEntry entry = ref _window.Order[offset];
        // What was used up before a restart is not begun again.
        if (entry.GivenUp is null && entry.Attempts >= slot.Subscription.Options.AttemptsMax)
            entry.GivenUp = $"It was not handled at {entry.Attempts} attempts.";
        if (entry.GivenUp is null)
        {
            entry.Attempts++;
            _redelivered += entry.Attempts > 1 ? 1 : 0;
        }

        _inFlight++;
        slot.Begin(offset, entry, _parts.Time.GetTimestamp());
        slot.Subscription.BeginToWatch();
        return true;
    }

    /// <summary>Ends a slot's hold on its event; false when it was taken from it before.</summary>
    private bool TakeBack(DeliverySlot slot, out long offset)
    {
        offset = slot.Offset;
        bool counts = !slot.IsAbandoned;
        slot.End();
        _inFlight--;
        return counts;
    }

    private void Finish(long offset)
    {
        _window.Finish(offset);
        if (_filler.IsBehind && _window.Order.HasHalfRoom)
            _filler.Begin();
    }

    private void Pause(long offset, SubscriptionOptions options)
    {
        TimeSpan pause = Jitter.Pause(options, _window.Order[offset].Attempts, _parts.Chance());
        _window.Order.Pause(offset, _parts.Time.GetTimestamp() + (long)(pause.TotalSeconds * _parts.Time.TimestampFrequency));
        _cursor.NoteChange();
        _pauses.Arm(_window.Order.NextDue);
    }

    private void EndPauses()
    {
        lock (_gate)
        {
            _window.Order.EndPauses(_parts.Time.GetTimestamp());
            _pauses.Rearm(_window.Order.NextDue);
            Wake();
        }
    }

    private CancellationTokenSource EndOverdue(DeliverySlot slot)
    {
        slot.Abandon();
        if (slot.Attempt < slot.Subscription.Options.AttemptsMax)
        {
            Pause(slot.Offset, slot.Subscription.Options);
        }
        else
        {
            _window.Order[slot.Offset].GivenUp = $"The handler did not end in time at {slot.Attempt} attempts.";
            _window.Order.Return(slot.Offset);
            Wake();
        }

        return slot.TakeCancellation();
    }

    /// <summary>
    /// Wakes slots for events that may be delivered, of the members in turn. Few at a time: each that comes up wakes the next, and
    /// handlers that answer at once leave nothing for it to do.
    /// </summary>
    private void Wake()
    {
        while (_window.Order.ReadyCount > _fresh && _fresh < FreshMax && Idlest() is { } member)
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
}
