using System.Diagnostics;
using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>
/// Which event of a group may be delivered when: a window of offsets from the first that is not handled on. Of a context only
/// the first outstanding event is ever ready or with a handler. Knows no store, clock or thread; not safe for several.
/// </summary>
internal sealed class DeliveryOrder(int most)
{
    private const int SpareMax = 1_024;
    private readonly Dictionary<string, ContextLine> _lines = new(StringComparer.Ordinal);
    private readonly Stack<ContextLine> _spare = new();
    private readonly Queue<long> _ready = new();
    private readonly PriorityQueue<long, long> _pauses = new();
    private WindowEntry[] _ring = new WindowEntry[16];

    /// <summary>All events below are handled.</summary>
    public long Floor { get; private set; }

    /// <summary>Events in the window, handled ones between others included.</summary>
    public int Count { get; private set; }

    /// <summary>Of those, handled.</summary>
    public int DoneInWindow { get; private set; }

    /// <summary>Offset of the next event to be read.</summary>
    public long End => Floor + Count;

    public bool IsFull => Count >= most;

    public bool HasHalfRoom => Count <= most / 2;

    public int ReadyCount => _ready.Count;

    /// <summary>When the next pause ends, or null.</summary>
    public long? NextDue => _pauses.TryPeek(out _, out long due) ? due : null;

    public ref WindowEntry this[long offset]
    {
        get
        {
            Debug.Assert(offset >= Floor && offset < End, "Only what is in the window can be asked for.");
            return ref _ring[offset & (_ring.Length - 1)];
        }
    }

    /// <summary>Begins somewhere else. The window must be empty.</summary>
    public void MoveTo(long floor)
    {
        Debug.Assert(Count == 0, "A window with events in it stays where it is.");
        Floor = floor;
    }

    /// <summary>Adds the next event.</summary>
    public void Add(LoadedBlock block, in EventView view, int attempts)
    {
        long offset = End;
        ref WindowEntry entry = ref Append();
        block.Enter();
        entry = new WindowEntry { Block = block, View = view, NextInLine = -1, Attempts = attempts };
        if (view.Context.Length > 0 && !TryBeginLine(view.Context, offset, ref entry))
            return;
        entry.State = EntryState.Ready;
        _ready.Enqueue(offset);
    }

    /// <summary>Adds the next event, which needs no handling.</summary>
    public void AddDone()
    {
        ref WindowEntry entry = ref Append();
        entry = new WindowEntry { NextInLine = -1, State = EntryState.Done };
        DoneInWindow++;
        MoveFloor();
    }

    /// <summary>Gives out the next event that may be delivered.</summary>
    public bool TryTake(out long offset)
    {
        if (!_ready.TryDequeue(out offset))
            return false;
        this[offset].State = EntryState.Running;
        return true;
    }

    /// <summary>It is over with an event. Returns its block when that was the last of it.</summary>
    public LoadedBlock? Finish(long offset)
    {
        ref WindowEntry entry = ref this[offset];
        LoadedBlock block = entry.Block!;
        block.Leave();
        if (entry.Line is { } line)
            LeaveLine(line, entry.NextInLine);
        entry = new WindowEntry { NextInLine = -1, State = EntryState.Done };
        DoneInWindow++;
        MoveFloor();
        return block.IsDone ? block : null;
    }

    /// <summary>An event waits for its next attempt, and its context with it.</summary>
    public void Pause(long offset, long due)
    {
        this[offset].State = EntryState.Paused;
        _pauses.Enqueue(offset, due);
    }

    /// <summary>An event may be delivered again at once.</summary>
    public void Return(long offset)
    {
        this[offset].State = EntryState.Ready;
        _ready.Enqueue(offset);
    }

    /// <summary>Lets those go on whose pause is over.</summary>
    public void EndPauses(long now)
    {
        while (_pauses.TryPeek(out long offset, out long due) && due <= now)
        {
            _pauses.Dequeue();
            Return(offset);
        }
    }

    /// <summary>Notes runs of handled events, and what was tried and is not handled.</summary>
    public void Describe(List<(long First, long Count)> handled, List<(long Offset, int Attempts)> attempts)
    {
        for (long offset = Floor; offset < End; offset++)
        {
            ref readonly WindowEntry entry = ref this[offset];
            if (entry.State != EntryState.Done)
            {
                if (entry.Attempts > 0)
                    attempts.Add((offset, entry.Attempts));
            }
            else if (handled.Count > 0 && handled[^1].First + handled[^1].Count == offset)
            {
                handled[^1] = (handled[^1].First, handled[^1].Count + 1);
            }
            else
            {
                handled.Add((offset, 1));
            }
        }
    }

    /// <summary>The blocks that are held for events of the window.</summary>
    public HashSet<LoadedBlock> Blocks()
    {
        var blocks = new HashSet<LoadedBlock>();
        for (long offset = Floor; offset < End; offset++)
        {
            if (this[offset].Block is { } block)
                blocks.Add(block);
        }

        return blocks;
    }

    private bool TryBeginLine(string context, long offset, ref WindowEntry entry)
    {
        if (_lines.TryGetValue(context, out ContextLine? line))
        {
            this[line.Last].NextInLine = offset;
            line.Last = offset;
            entry.Line = line;
            return false;
        }

        line = _spare.TryPop(out ContextLine? spare) ? spare : new ContextLine();
        line.Name = context;
        line.Last = offset;
        _lines.Add(context, line);
        entry.Line = line;
        return true;
    }

    private void LeaveLine(ContextLine line, long next)
    {
        if (next >= 0)
        {
            Return(next);
            return;
        }

        _lines.Remove(line.Name);
        if (_spare.Count < SpareMax)
            _spare.Push(line);
    }

    private ref WindowEntry Append()
    {
        Debug.Assert(Count < most, "Whoever adds asks for room first.");
        if (Count == _ring.Length)
            Grow();
        Count++;
        return ref this[End - 1];
    }

    private void MoveFloor()
    {
        while (Count > 0 && this[Floor].State == EntryState.Done)
        {
            Floor++;
            Count--;
            DoneInWindow--;
        }
    }

    private void Grow()
    {
        var larger = new WindowEntry[2 * _ring.Length];
        for (long offset = Floor; offset < End; offset++)
            larger[offset & (larger.Length - 1)] = this[offset];
        _ring = larger;
    }
}
