using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>
/// The events of a group between reading and handling, with the blocks they lie in, and what is known of those not read yet. Not
/// safe for several threads, but for <see cref="Floor"/>: the group's lock is held.
/// </summary>
internal sealed class GroupWindow
{
    /// <summary>Events read in one go under the lock: slots wait meanwhile.</summary>
    private const int ReadAtOnce = 256;
    private readonly string _group;
    private readonly EngineParts _parts;
    private readonly Action _changed;
    private KnownProgress _known;
    private LoadedBlock? _reading;
    private long _floor;
    private long _held;

    /// <param name="record">Where it begins.</param>
    /// <param name="parts">Limits, clock, account.</param>
    /// <param name="changed">Is told that the group's record is no longer what was written.</param>
    public GroupWindow(GroupRecord record, EngineParts parts, Action changed)
    {
        _group = record.Name;
        _parts = parts;
        _changed = changed;
        _known = new KnownProgress(record);
        _floor = record.Floor;
        Order = OrderAt(record.Floor);
    }

    public DeliveryOrder Order { get; private set; }

    /// <summary>All events below are handled. May be asked by any thread.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>Events passed over because they had expired.</summary>
    public long Expired { get; private set; }

    /// <summary>Events passed over because they could not be read.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether something more may be read.</summary>
    public bool HasRoom => !Order.IsFull && (_reading is not null || _held < _parts.Options.WindowBytesMax);

    /// <summary>Whether the block that was being read is at its end.</summary>
    public bool NeedsBlock => _reading is null;

    /// <summary>When the first event that is not handled was published, where that is known.</summary>
    public DateTimeOffset? OldestUnhandledAt =>
        Order.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(Order[Order.Floor].View.PublishedAtMs) : null;

    /// <summary>Events below an offset that are not handled.</summary>
    public long LagTo(long next) =>
        Math.Max(0, next - Order.End + Order.Count - Order.DoneInWindow - _known.HandledFrom(Order.End));

    /// <summary>How far the group is, for its record.</summary>
    public GroupRecord Describe()
    {
        var handled = new List<(long, long)>();
        var attempts = new List<(long, int)>();
        Order.Describe(handled, attempts);
        _known.Describe(Order.End, handled, attempts);
        return new GroupRecord(_group, Order.Floor, handled, attempts);
    }

    /// <summary>Takes a block that was read, or hears that it is lost.</summary>
    public void Begin(in BlockPlace place, LoadedBlock? block)
    {
        if (block is not null)
        {
            _held += block.Bytes.Length;
            _parts.Account.Charge(block.Bytes.Length);
        }

        // Events between: only a block that is lost, or was dropped before there was a group, leaves any.
        if (place.First > Order.End || block is null)
            SkipTo(block is null ? place.End : place.First);
        if (block is not null && place.First > Order.End)
            Release(block);
        else
            _reading = block;
    }

    /// <summary>Moves some events of the block into the window.</summary>
    public void ReadSome()
    {
        LoadedBlock block = _reading!;
        long nowMs = _parts.NowMs;
        for (int i = 0; i < ReadAtOnce && block.Reader.Taken < block.Place.Count && !Order.IsFull; i++)
        {
            if (!block.Reader.TryNext(out EventView view))
            {
                _parts.Health.Note($"The events {Order.End} to {block.Place.End - 1} are lost: their block is not what was written.");
                EndReading(block);
                SkipTo(block.Place.End);
                return;
            }

            long offset = block.Place.First + block.Reader.Taken - 1;
            if (offset >= Order.End)
                Add(block, view, offset, nowMs);
        }

        if (block.Reader.Taken == block.Place.Count)
            EndReading(block);
    }

    /// <summary>Gives out the next event that may be delivered and has not expired.</summary>
    public bool TryTake(out long offset)
    {
        while (Order.TryTake(out offset))
        {
            ref WindowEntry entry = ref Order[offset];
            if (entry.View.ExpiresAtMs == long.MaxValue || entry.GivenUp is not null || entry.View.ExpiresAtMs > _parts.NowMs)
                return true;
            Expired++;
            Finish(offset);
        }

        return false;
    }

    /// <summary>It is over with an event.</summary>
    public void Finish(long offset)
    {
        if (Order.Finish(offset) is { } block)
            Release(block);
        NoteChange();
    }

    /// <summary>Lets go of everything but what is known: what is not handled is read again.</summary>
    public void Rest()
    {
        GroupRecord progress = Describe();
        HashSet<LoadedBlock> held = Order.Blocks();
        if (_reading is not null)
            held.Add(_reading);
        foreach (LoadedBlock block in held)
            Release(block);
        _reading = null;
        _known = new KnownProgress(progress);
        Order = OrderAt(progress.Floor);
    }

    private DeliveryOrder OrderAt(long floor)
    {
        var order = new DeliveryOrder(_parts.Options.WindowEventsMax);
        order.MoveTo(floor);
        return order;
    }

    private void Add(LoadedBlock block, in EventView view, long offset, long nowMs)
    {
        bool expired = view.ExpiresAtMs <= nowMs;
        if (!expired && !_known.TakeHandled(offset))
        {
            Order.Add(block, view, _known.TakeAttempts(offset));
            return;
        }

        Expired += expired && !_known.TakeHandled(offset) ? 1 : 0;
        Order.AddDone();
        NoteChange();
    }

    /// <summary>Counts events as lost that cannot be read any more.</summary>
    private void SkipTo(long offset)
    {
        if (Order.Count == 0)
        {
            Lost += offset - Order.End;
            Order.MoveTo(offset);
        }

        // The window has no holes: these fill it as handled ones do, and what does not fit is skipped at the next reading.
        while (Order.End < offset && !Order.IsFull)
        {
            Lost++;
            Order.AddDone();
        }

        NoteChange();
    }

    private void NoteChange()
    {
        Volatile.Write(ref _floor, Order.Floor);
        _changed();
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
