using System.Runtime.InteropServices;
using Thermocline.Store.Format;

namespace Thermocline.Store.Commit;

/// <summary>A frame of the group that is being built.</summary>
/// <param name="Start">Offset in the buffer.</param>
/// <param name="Length">Length of the frame.</param>
/// <param name="Tag">Tag of its key.</param>
/// <param name="WholeStart">Offset of the frame with its whole value among those of the group.</param>
/// <param name="WholeLength">Length of that, or 0 when the frame itself is it.</param>
internal readonly record struct GroupFrame(int Start, int Length, ulong Tag, int WholeStart, int WholeLength);

/// <summary>
/// The frames of one group commit, encoded once into one buffer that is written with one call. Remembers, when asked to,
/// the last frame of each key, so that a condition sees the operations before it.
/// </summary>
internal sealed class GroupBuffer(KeyHash hash)
{
    private const int BytesStart = 256 << 10;
    private const int BytesKept = 8 << 20;
    private readonly List<GroupFrame> _frames = [];
    private readonly Dictionary<ulong, int> _lastOfTag = [];
    private byte[] _bytes = new byte[BytesStart];
    private byte[] _whole = [];
    private int _wholeUsed;
    private ulong _tagBefore;
    private bool _tracksKeys;

    public int Used { get; private set; }

    public int Capacity => _bytes.Length + _whole.Length;

    public ReadOnlySpan<GroupFrame> Frames => CollectionsMarshal.AsSpan(_frames);

    public int Count => _frames.Count;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Used);

    /// <summary>Tag of the last frame's key, or of the last frame before this group.</summary>
    public ulong LastTag => _frames.Count == 0 ? _tagBefore : _frames[^1].Tag;

    public Frame FrameAt(int index) => new(_bytes.AsSpan(_frames[index].Start, _frames[index].Length));

    /// <summary>Starts a group.</summary>
    /// <param name="tagBefore">Tag of the last frame in the segment, or 0.</param>
    /// <param name="tracksKeys">Whether any operation of the group depends on what is stored.</param>
    public void Start(ulong tagBefore, bool tracksKeys)
    {
        if (_bytes.Length > BytesKept)
            _bytes = new byte[BytesStart];
        if (_whole.Length > BytesKept)
            _whole = [];
        Used = 0;
        _wholeUsed = 0;
        _frames.Clear();
        _lastOfTag.Clear();
        _tagBefore = tagBefore;
        _tracksKeys = tracksKeys;
    }

    /// <summary>Encodes one more frame.</summary>
    public void Add(in WriteOperation operation, FrameFlags flags, in FramePlace place) => Add(operation, flags, place, 0);

    /// <summary>Encodes one more frame with a delta in place of its value; the hot tier gets the value.</summary>
    public void AddDelta(in WriteOperation operation, ReadOnlyMemory<byte> delta, in FramePlace place)
    {
        Reserve(ref _whole, _wholeUsed, operation);
        int length = FrameEncoder.Encode(
            operation, FrameFlags.None, place with { Codec = FrameCodec.Restored }, _whole.AsSpan(_wholeUsed));
        Add(operation with { Value = delta }, FrameFlags.None, place with { Codec = FrameCodec.Delta }, length);
        _wholeUsed += length;
    }

    /// <summary>A frame as the hot tier keeps it.</summary>
    public ReadOnlySpan<byte> WholeOf(in GroupFrame placed) =>
        placed.WholeLength == 0 ? _bytes.AsSpan(placed.Start, placed.Length) : _whole.AsSpan(placed.WholeStart, placed.WholeLength);

    /// <summary>Marks a frame as followed by another of its batch, and signs it again.</summary>
    public void MarkContinues(int index, uint seed)
    {
        GroupFrame placed = _frames[index];
        FrameEncoder.AddFlags(_bytes.AsSpan(placed.Start, placed.Length), FrameFlags.BatchContinues, seed);
    }

    /// <summary>Index of the last frame of a key in this group, or -1.</summary>
    public int LastOf(ReadOnlySpan<byte> key)
    {
        if (!_lastOfTag.TryGetValue(hash.Tag(key), out int index))
            return -1;
        // Two keys of one tag in one group are next to impossible, but must not be taken for each other.
        while (index >= 0 && !FrameAt(index).Key.SequenceEqual(key))
            index--;
        return index;
    }

    /// <summary>Takes back the frames from an index on: their batch was refused.</summary>
    public void CutTo(int count)
    {
        if (count == _frames.Count)
            return;
        Used = _frames[count].Start;
        _wholeUsed = _frames[count].WholeStart;
        _frames.RemoveRange(count, _frames.Count - count);
        _lastOfTag.Clear();
        for (int i = 0; i < count; i++)
            _lastOfTag[_frames[i].Tag] = i;
    }

    private void Add(in WriteOperation operation, FrameFlags flags, in FramePlace place, int wholeLength)
    {
        Reserve(ref _bytes, Used, operation);
        int length = FrameEncoder.Encode(operation, flags, place, _bytes.AsSpan(Used));
        ulong tag = hash.Tag(operation.Key.Span);
        if (_tracksKeys)
            _lastOfTag[tag] = _frames.Count;
        _frames.Add(new GroupFrame(Used, length, tag, _wholeUsed, wholeLength));
        Used += length;
    }

    private static void Reserve(ref byte[] buffer, int used, in WriteOperation operation)
    {
        int size = used + Frame.SizeOf(operation.Key.Length, operation.Metadata.Length, operation.Value.Length);
        if (size > buffer.Length)
            Array.Resize(ref buffer, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size));
    }
}
