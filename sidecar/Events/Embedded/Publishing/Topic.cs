using System.Runtime.CompilerServices;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// The log of one topic: gathers publications into a block while the block before is being committed, and keeps count of what
/// its groups have not handled. Offsets are given when a block is handed to the store, so a block that failed leaves no gap.
/// </summary>
internal sealed class Topic
{
    /// <summary>Bytes that may be gathered and not committed, in RAM; one publication always may.</summary>
    private const int PendingBytesMax = 16 << 20;
    private const int SpareMax = 256;
    private const int SpareBlocksMax = 4;
    private readonly EngineParts _parts;
    private readonly Lock _gate = new();
    private readonly Backlog _backlog = new();
    private readonly LinkedList<Publication> _waiting = new();
    private readonly Queue<PendingBlock> _sealed = new();
    private readonly Stack<PendingBlock> _spareBlocks = new();
    private readonly Stack<Publication> _spare = new();
    private readonly Action _onWritten;
    private PendingBlock _open = new();
    private PendingBlock? _writing;
    private ConfiguredValueTaskAwaitable<WriteAnswer>.ConfiguredValueTaskAwaiter _written;
    private Group[] _groups = [];
    private long _next;
    private long _dropped;
    private int _pendingEvents;
    private long _pendingBytes;
    private long _charged;
    private long _published;
    private long _refused;
    private int _waitingCount;
    private TaskCompletionSource? _closing;

    public Topic(int id, TopicRecord record, IReadOnlyList<BlockPlace> blocks, EngineParts parts)
    {
        Id = id;
        Name = record.Name;
        _parts = parts;
        _onWritten = OnWritten;
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
                long backlog = _next + _pendingEvents - Floor();
                return new(Name, _published, _refused, backlog, _backlog.LiveBytes + _pendingBytes, each);
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
                return ValueTask.FromResult(Closed);
            bool room = _waiting.Count == 0 && HasRoom(events.Length, encoded);
            if (!room && (_waiting.Count >= _parts.Options.PublishersWaitingMax || _parts.Options.PublishWaitMax == TimeSpan.Zero))
            {
                _refused += events.Length;
                return ValueTask.FromResult(Busy);
            }

            publication = _spare.TryPop(out Publication? spare) ? spare : new Publication(this);
            publication.Reset(events, encoded);
            if (room)
                Admit(publication);
            else
                Wait(publication, cancellation);
            begins = TakeBlock();
        }

        ValueTask<PublishAnswer> answer = publication.Task;
        if (begins)
            Write();
        else if (!answer.IsCompleted && Volatile.Read(ref _waitingCount) > 0)
            NoteProgress();
        return answer;
    }

    /// <summary>A group has handled something: there may be room for those who wait.</summary>
    public void NoteProgress()
    {
        if (Volatile.Read(ref _waitingCount) == 0)
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
            Group group = make(_backlog.First < 0 ? _next : _backlog.First, _next);
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
            if (!publication.Waits)
                return;
            TimeSpan left = publication.Left(_parts.Time, _parts.Options.PublishWaitMax);
            if (!publication.IsCancelled && left > TimeSpan.Zero)
            {
                publication.WaitOn(left);
                return;
            }

            Leave(publication);
            _refused += publication.Events.Length;
        }

        if (publication.IsCancelled)
            publication.Cancel();
        else
            publication.Answer(Busy);
    }

    /// <summary>Takes nothing more; completes when what was taken is answered.</summary>
    public async Task CloseAsync()
    {
        TaskCompletionSource closing;
        var refused = new List<Publication>();
        lock (_gate)
        {
            closing = _closing ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            while (_waiting.First is { } first)
            {
                Leave(first.Value);
                refused.Add(first.Value);
            }

            if (_writing is null)
                closing.TrySetResult();
        }

        foreach (Publication publication in refused)
            publication.Answer(Closed);
        await closing.Task;
        await Trimmer.RestAsync();
        lock (_gate)
        {
            _parts.Account.Release(_charged);
            _charged = 0;
        }
    }

    private static PublishAnswer Busy { get; } = new(PublishOutcome.Busy, "The backlog of the topic is full. Try again later.", -1);

    private static PublishAnswer Closed { get; } = new(PublishOutcome.Unavailable, "The bus is closed.", -1);

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
        if (_pendingBytes > 0 && _pendingBytes + bytes > PendingBytesMax)
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
        _next + _pendingEvents - Floor() + events <= _parts.Options.BacklogEventsMax
        && _backlog.LiveBytes + _pendingBytes + bytes <= _parts.Options.BacklogBytesMax;

    private void Admit(Publication publication)
    {
        if (_open.Writer.Count > 0 && _open.Writer.Length + publication.Encoded > _parts.Options.BlockBytes)
        {
            _sealed.Enqueue(_open);
            _open = _spareBlocks.TryPop(out PendingBlock? spare) ? spare : new PendingBlock();
        }

        _open.Add(publication, _parts.NowMs);
        _pendingEvents += publication.Events.Length;
        _pendingBytes += publication.Encoded;
    }

    private void Wait(Publication publication, CancellationToken cancellation)
    {
        _waiting.AddLast(publication.Place);
        // Before the look at the groups' progress that follows: one of the two sees the other.
        Interlocked.Exchange(ref _waitingCount, _waiting.Count);
        publication.BeginToWait(_parts.Time, _parts.Options.PublishWaitMax, cancellation);
    }

    private void Leave(Publication publication)
    {
        _waiting.Remove(publication.Place);
        Interlocked.Exchange(ref _waitingCount, _waiting.Count);
        publication.EndToWait();
    }

    private void AdmitWaiting()
    {
        while (_waiting.First is { } first && HasRoom(first.Value.Events.Length, first.Value.Encoded))
        {
            Leave(first.Value);
            Admit(first.Value);
        }
    }

    /// <summary>Makes the next block the one that is written, unless one is, or there is none; says whether there is now.</summary>
    private bool TakeBlock()
    {
        if (_writing is not null)
            return false;
        if (_sealed.TryDequeue(out PendingBlock? block))
        {
            _writing = block;
        }
        else if (_open.Writer.Count > 0)
        {
            _writing = _open;
            _open = _spareBlocks.TryPop(out PendingBlock? spare) ? spare : new PendingBlock();
        }

        Account();
        return _writing is not null;
    }

    private void OnWritten() => Go(AnswerOf(_written));

    private void Write() => Go(null);

    /// <summary>
    /// Hands blocks to the store until one is on its way, or there is none. The next block goes off before the one before it is
    /// answered: answering takes as long as there are publishers.
    /// </summary>
    private void Go(PublishAnswer? answer)
    {
        while (true)
        {
            PendingBlock? settled = null;
            bool more = answer is not { } known || Settle(known, out settled);
            PublishAnswer? next = more ? BeginToWrite() : null;
            if (settled is not null)
                Announce(settled, answer!.Value);
            if (next is null)
                return;
            answer = next;
        }
    }

    /// <summary>Null when the block is on its way, else how it ended already.</summary>
    private PublishAnswer? BeginToWrite()
    {
        PendingBlock block = _writing!;
        try
        {
            var operation = new WriteOperation { Key = EventKeys.Block(Id, PlaceOf(block)), Value = block.Writer.Finish() };
#pragma warning disable CA2012 // The awaiter is asked once: here, or by the callback. An async method would allocate for every block.
            var written = _parts.Store.WriteAsync(operation).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (written.IsCompleted)
                return AnswerOf(written);
            _written = written;
            written.UnsafeOnCompleted(_onWritten);
            return null;
        }
        catch (StoreException failure)
        {
            return Failed(failure);
        }
    }

    /// <summary>A block is in the store, or not. Says whether another one is to be written.</summary>
    private bool Settle(in PublishAnswer answer, out PendingBlock block)
    {
        lock (_gate)
        {
            block = _writing!;
            BlockPlace place = PlaceOf(block);
            _pendingEvents -= place.Count;
            _pendingBytes -= block.Reserved;
            _writing = null;
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

            AdmitWaiting();
            bool more = TakeBlock();
            if (!more)
                _closing?.TrySetResult();
            return more;
        }
    }

    private void Announce(PendingBlock block, in PublishAnswer answer)
    {
        Group[] groups = Groups;
        if (answer.Outcome == PublishOutcome.Done)
        {
            foreach (Group group in groups)
                group.NotePublished();
        }

        Answer(block, answer);
        if (groups.Length == 0)
            Trim();
    }

    private void Answer(PendingBlock block, in PublishAnswer answer)
    {
        Publication? next = block.First;
        while (next is { } publication)
        {
            // Once it is answered it belongs to its next user.
            next = publication.Next;
            publication.Answer(answer);
        }

        block.Clear();
        lock (_gate)
        {
            if (_spareBlocks.Count < SpareBlocksMax)
                _spareBlocks.Push(block);
        }
    }

    private BlockPlace PlaceOf(PendingBlock block) => new(_next, block.Writer.Count, block.Writer.Length);

    private PublishAnswer AnswerOf(in ConfiguredValueTaskAwaitable<WriteAnswer>.ConfiguredValueTaskAwaiter written)
    {
        try
        {
            WriteAnswer answer = written.GetResult();
            _parts.Health.NoteWritten();
            return answer.Outcome switch
            {
                WriteOutcome.Done => PublishAnswer.Done,
                WriteOutcome.Busy => new(PublishOutcome.Busy, "The store has too many writes to do. Try again later.", -1),
                _ => new(PublishOutcome.TooLarge, $"The store refused the block: {answer.Outcome}. Its values may be limited to less than a publication.", -1),
            };
        }
        catch (StoreException failure)
        {
            return Failed(failure);
        }
    }

    private PublishAnswer Failed(StoreException failure)
    {
        _parts.Health.NoteWrite(failure);
        return new(PublishOutcome.Unavailable, failure.Message, -1);
    }

    private void Account()
    {
        long now = (24L * _backlog.Count) + _pendingBytes;
        if (now > _charged)
            _parts.Account.Charge(now - _charged);
        else
            _parts.Account.Release(_charged - now);
        _charged = now;
    }
}
