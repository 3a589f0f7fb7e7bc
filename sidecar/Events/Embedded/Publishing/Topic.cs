using Thermocline.Events.Checks;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Delivering;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// The log of one topic: gathers publications into a block while the block before is being committed, and keeps count of what
/// its groups have not handled. Offsets are given when a block is handed to the store, so a block that failed leaves no gap.
/// </summary>
internal sealed class Topic
{
    private const int SpareMax = 256;
    private readonly EngineParts _parts;
    private readonly Lock _gate = new();
    private readonly Backlog _backlog = new();
    private readonly Gathering _gathering;
    private readonly RoomLine _line;
    private readonly Charge _charge;
    private readonly Stack<Publication> _spare = new();
    private readonly BlockWrite _write;
    private Group[] _groups = [];
    private long _next;
    private long _dropped;
    private long _published;
    private long _refused;
    private int _announcing;
    private TaskCompletionSource? _closing;

    public Topic(int id, TopicRecord record, IReadOnlyList<BlockPlace> blocks, EngineParts parts)
    {
        Id = id;
        Name = record.Name;
        _parts = parts;
        _write = new BlockWrite(parts, OnWritten);
        _gathering = new Gathering(parts);
        _line = new RoomLine(parts);
        _charge = new Charge(parts.Account);
        Trimmer = new Trimmer(id, parts);
        _next = record.Next;
        foreach (BlockPlace place in blocks)
        {
            _backlog.Append(place);
            _next = Math.Max(_next, place.End);
        }

        _dropped = Math.Max(_backlog.First, 0);
    }

    public int Id { get; }

    public string Name { get; }

    public Trimmer Trimmer { get; }

    public Group[] Groups => Volatile.Read(ref _groups);

    /// <summary>Offset behind the last event that the store has.</summary>
    public long Next
    {
        get
        {
            lock (_gate)
                return _next;
        }
    }

    public TopicStatus Status
    {
        get
        {
            Group[] groups = Groups;
            GroupStatus[] each = [.. groups.Select(group => group.Status)];
            lock (_gate)
            {
                _backlog.Advance(Floor());
                long backlog = _next + _gathering.Events - Floor();
                return new(Name, _published, _refused, backlog, _backlog.LiveBytes + _gathering.Bytes, each);
            }
        }
    }

    /// <summary>Publishes to this topic.</summary>
    public ValueTask<PublishAnswer> PublishAsync(ReadOnlyMemory<EventDraft> events, int allowance, CancellationToken cancellation)
    {
        PublishAnswer refusal = DraftRules.Check(events.Span, allowance, out int encoded);
        if (refusal.Outcome == PublishOutcome.Done && (events.Length > _parts.Options.BacklogEventsMax || encoded > _parts.Options.BacklogBytesMax))
            refusal = new(PublishOutcome.TooLarge, "The publication is larger than the backlog of a topic.", -1);
        if (refusal.Outcome != PublishOutcome.Done)
            return ValueTask.FromResult(refusal);
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<PublishAnswer>(cancellation);
        Publication publication;
        bool begins;
        lock (_gate)
        {
            if (_closing is not null)
                return ValueTask.FromResult(Answers.Closed);
            bool room = _line.Count == 0 && HasRoom(events.Length, encoded);
            if (!room && !_line.MayWait)
            {
                _refused += events.Length;
                return ValueTask.FromResult(Answers.Busy);
            }

            publication = _spare.TryPop(out Publication? spare) ? spare : new Publication(this);
            publication.Reset(events, encoded);
            if (room)
                _gathering.Add(publication);
            else
                _line.Add(publication, cancellation);
            begins = TakeBlock();
        }

        ValueTask<PublishAnswer> answer = publication.Task;
        if (begins)
            Write();
        else if (_line.Count > 0)
            NoteProgress();
        return answer;
    }

    /// <summary>A group has handled something: there may be room for those who wait.</summary>
    public void NoteProgress()
    {
        if (_line.Count == 0)
            return;
        bool begins;
        lock (_gate)
        {
            AdmitWaiting();
            begins = TakeBlock();
        }

        if (begins)
            Write();
    }

    /// <summary>A group's cursor was written: what all have behind them is deleted.</summary>
    public void Trim()
    {
        List<BlockPlace>? places = null;
        lock (_gate)
        {
            long end = _groups.Length == 0 ? _dropped : long.MaxValue;
            foreach (Group group in _groups)
                end = Math.Min(end, group.DurableFloor);
            _backlog.Advance(Floor());
            // Without a group the newest block stays: it says where offsets go on.
            while (_backlog.Count > (_groups.Length == 0 ? 1 : 0) && _backlog.TryTake(end, out BlockPlace place))
                (places ??= []).Add(place);
            Account();
        }

        if (places is not null)
            Trimmer.Delete(places);
    }

    /// <summary>Adds a group that begins at its record's floor, or where the topic is now.</summary>
    public Group Add(Func<long, long, Group> make)
    {
        lock (_gate)
        {
            // What was dropped may still be there.
            Group group = make(_backlog.First < 0 ? _next : Math.Max(_backlog.First, _dropped), _next);
            Volatile.Write(ref _groups, [.. _groups, group]);
            _next = Math.Max(_next, group.Floor);
            return group;
        }
    }

    public void Remove(Group group)
    {
        lock (_gate)
        {
            // What all had handled stays gone, also when this was the last group.
            _dropped = Math.Max(_dropped, Floor());
            Volatile.Write(ref _groups, [.. _groups.Where(each => each != group)]);
        }

        Trim();
        NoteProgress();
    }

    /// <summary>The block that holds an offset, else the first behind it.</summary>
    public bool TryFind(long offset, out BlockPlace place)
    {
        lock (_gate)
            return _backlog.TryFind(offset, out place);
    }

    public void Recycle(Publication publication)
    {
        lock (_gate)
        {
            if (_spare.Count < SpareMax)
                _spare.Push(publication);
            else
                publication.Discard();
        }
    }

    /// <summary>Its time is over, or its caller gave up.</summary>
    public void LookAt(Publication publication)
    {
        lock (_gate)
        {
            if (!_line.TryEnd(publication))
                return;
            _refused += publication.Events.Length;
        }

        if (publication.IsCancelled)
            publication.Cancel();
        else
            publication.Answer(Answers.Busy);
    }

    /// <summary>Takes nothing more; completes when what was taken is answered.</summary>
    public async Task CloseAsync()
    {
        TaskCompletionSource closing;
        var refused = new List<Publication>();
        lock (_gate)
        {
            closing = _closing ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            while (_line.First is { } first)
            {
                _line.Remove(first);
                refused.Add(first);
            }

            CloseIfDone();
        }

        foreach (Publication publication in refused)
            publication.Answer(Answers.Closed);
        await closing.Task;
        await Trimmer.RestAsync();
        lock (_gate)
            _charge.Set(0);
    }

    /// <summary>All events below are handled by every group.</summary>
    private long Floor()
    {
        if (_groups.Length == 0)
            return _dropped;
        long floor = long.MaxValue;
        foreach (Group group in _groups)
            floor = Math.Min(floor, group.Floor);
        return floor;
    }

    private bool HasRoom(int events, int bytes)
    {
        if (!_gathering.HasRoom(bytes))
            return false;
        _backlog.Advance(Floor());
        if (Fits(events, bytes))
            return true;
        if (_groups.Length > 0)
            return false;
        // Nobody takes them: the newest are kept, the oldest go.
        while (!Fits(events, bytes) && _backlog.TryFind(_dropped, out BlockPlace oldest))
        {
            _dropped = oldest.End;
            _backlog.Advance(_dropped);
        }

        return Fits(events, bytes);
    }

    private bool Fits(int events, int bytes) =>
        _next + _gathering.Events - Floor() + events <= _parts.Options.BacklogEventsMax
        && _backlog.LiveBytes + _gathering.Bytes + bytes <= _parts.Options.BacklogBytesMax;

    private void AdmitWaiting()
    {
        while (_line.First is { } first && HasRoom(first.Events.Length, first.Encoded))
        {
            _line.Remove(first);
            _gathering.Add(first);
        }
    }

    private bool TakeBlock()
    {
        bool begins = _gathering.TryTake();
        Account();
        return begins;
    }

    /// <summary>
    /// On the thread that commits: the next block is there when it looks for more, and nobody has to be woken for that. It must not
    /// wait for a publisher that has the lock; then another thread goes on.
    /// </summary>
    private void OnWritten()
    {
        if (!_gate.TryEnter())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static topic => topic.GoOn(), this, preferLocal: false);
            return;
        }

        try
        {
            GoOn();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void GoOn() => Go(_write.End());

    private void Write() => Go(null);

    /// <summary>
    /// Hands blocks to the store until one is on its way, or there is none. Answering is left to another thread: it takes as long as
    /// there are publishers.
    /// </summary>
    private void Go(PublishAnswer? answer)
    {
        while (true)
        {
            PendingBlock? settled = null;
            bool more = answer is not { } known || Settle(known, out settled);
            PublishAnswer? next = more ? BeginToWrite() : null;
            settled?.AnswerLater(this, answer!.Value);
            if (next is null)
                return;
            answer = next;
        }
    }

    /// <summary>Null when the block is on its way, else how it ended already.</summary>
    private PublishAnswer? BeginToWrite()
    {
        PendingBlock block = _gathering.Writing!;
        return _write.Begin(new() { Key = EventKeys.Block(Id, PlaceOf(block)), Value = block.Writer.Finish(), ContinuesInline = true });
    }

    /// <summary>A block is in the store, or not. Says whether another one is to be written.</summary>
    private bool Settle(in PublishAnswer answer, out PendingBlock block)
    {
        lock (_gate)
        {
            block = _gathering.Writing!;
            BlockPlace place = PlaceOf(block);
            _gathering.Settle();
            if (answer.Outcome == PublishOutcome.Done)
            {
                _backlog.Append(place);
                _next = place.End;
                _published += place.Count;
            }
            else if (answer.Outcome == PublishOutcome.Busy)
            {
                _refused += place.Count;
            }

            _announcing++;
            return TakeBlock();
        }
    }

    /// <summary>Tells groups and publishers how a block ended, and lets in who waits for the room that it took.</summary>
    public void Announce(PendingBlock block, in PublishAnswer answer)
    {
        Group[] groups = Groups;
        if (answer.Outcome == PublishOutcome.Done)
        {
            foreach (Group group in groups)
                group.NotePublished();
        }

        block.Answer(answer);
        NoteProgress();
        lock (_gate)
        {
            if (groups.Length == 0 && _backlog.IsTrimDue(Floor()))
                Trim();
            _gathering.Recycle(block);
            _announcing--;
            CloseIfDone();
        }
    }

    private void CloseIfDone()
    {
        if (_closing is not null && _gathering.Writing is null && _announcing == 0)
            _closing.TrySetResult();
    }

    private BlockPlace PlaceOf(PendingBlock block) => new(_next, block.Writer.Count, block.Writer.Length) { PublishedAtMs = block.Writer.FirstAtMs };

    private void Account() => _charge.Set((32L * _backlog.Count) + _gathering.Bytes);
}
