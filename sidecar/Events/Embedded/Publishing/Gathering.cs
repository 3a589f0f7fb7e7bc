namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// What was taken and is not in the store yet: the block that is being written, full ones behind it, and the open one. The
/// topic's lock is held.
/// </summary>
internal sealed class Gathering(EngineParts parts)
{
    /// <summary>Bytes that may be gathered, in RAM; one publication always may.</summary>
    private const int BytesMax = 16 << 20;
    private const int SpareMax = 4;
    private readonly Queue<PendingBlock> _full = new();
    private readonly Stack<PendingBlock> _spare = new();
    private PendingBlock _open = new();

    public int Events { get; private set; }

    /// <summary>Bytes reserved for them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The block that is on its way, or null.</summary>
    public PendingBlock? Writing { get; private set; }

    public bool HasRoom(int bytes) => Bytes == 0 || Bytes + bytes <= BytesMax;

    public void Add(Publication publication)
    {
        if (_open.Writer.Count > 0 && _open.Writer.Length + publication.Encoded > parts.Options.BlockBytes)
        {
            _full.Enqueue(_open);
            _open = Spare();
        }

        _open.Add(publication, parts.NowMs);
        Events += publication.Events.Length;
        Bytes += publication.Encoded;
    }

    /// <summary>Makes the next block the one that is written, unless one is, or there is none; says whether there is now.</summary>
    public bool TryTake()
    {
        if (Writing is not null)
            return false;
        if (_full.TryDequeue(out PendingBlock? block))
        {
            Writing = block;
        }
        else if (_open.Writer.Count > 0)
        {
            Writing = _open;
            _open = Spare();
        }

        return Writing is not null;
    }

    /// <summary>The block that was written is in the store, or refused.</summary>
    public void Settle()
    {
        Events -= Writing!.Writer.Count;
        Bytes -= Writing.Reserved;
        Writing = null;
    }

    public void Recycle(PendingBlock block)
    {
        if (_spare.Count < SpareMax)
            _spare.Push(block);
    }

    private PendingBlock Spare() => _spare.TryPop(out PendingBlock? spare) ? spare : new PendingBlock();
}
