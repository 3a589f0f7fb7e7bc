using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Records;

namespace Thermocline.Store.Commit;

/// <summary>
/// Makes deltas of values whose key has a frame in the open segment. Only frames that hold their value whole are taken as a
/// base, from the hot tier; the first delta of a key keeps a copy of its base here, because the hot tier keeps newer values.
/// </summary>
internal sealed class DeltaBases(RecordTable records, KeyHash hash)
{
    private const long BytesMax = 8 << 20;
    private readonly Dictionary<ulong, DeltaBase> _bases = [];
    private readonly byte[] _payload = new byte[FrameDelta.ValueBytesMax / FrameDelta.WorthwhileShare];
    private int _segment;
    private long _held;

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => Volatile.Read(ref _held) + _payload.Length;

    /// <summary>What stands for a value in a frame of a segment, valid until the next call; empty when that is the value.</summary>
    public ReadOnlyMemory<byte> Encode(in WriteOperation operation, int segment)
    {
        if (operation.Delete || !FrameDelta.Fits(operation.Value.Length))
            return default;
        if (segment != _segment || _held > BytesMax)
            Clear(segment);
        ReadOnlySpan<byte> key = operation.Key.Span;
        ulong tag = hash.Tag(key);
        if (!_bases.TryGetValue(tag, out DeltaBase? known) || !key.SequenceEqual(known.Key))
            return EncodeAgainstHot(operation, tag);
        int length = FrameDelta.Encode(known.Offset, known.Value, operation.Value.Span, _payload);
        // The value is stored whole now, and so is the better base.
        if (length == 0)
            Remove(tag, known);
        return _payload.AsMemory(0, length);
    }

    private ReadOnlyMemory<byte> EncodeAgainstHot(in WriteOperation operation, ulong tag)
    {
        using ReadLease current = records.FindHot(operation.Key.Span, out Address address);
        if (!current.Found || address.Segment != _segment || !FrameDelta.Fits(current.Value.Length)
            || new Frame(current.Bytes).Codec != FrameCodec.Raw)
        {
            return default;
        }

        int length = FrameDelta.Encode(address.Offset, current.Value, operation.Value.Span, _payload);
        if (length == 0)
            return default;
        if (_bases.TryGetValue(tag, out DeltaBase? other))
            Remove(tag, other);
        var added = new DeltaBase(address.Offset, operation.Key.ToArray(), current.Value.ToArray());
        _bases.Add(tag, added);
        Volatile.Write(ref _held, _held + added.Bytes);
        return _payload.AsMemory(0, length);
    }

    private void Remove(ulong tag, DeltaBase one)
    {
        _bases.Remove(tag);
        Volatile.Write(ref _held, _held - one.Bytes);
    }

    private void Clear(int segment)
    {
        _segment = segment;
        _bases.Clear();
        Volatile.Write(ref _held, 0);
    }

    private sealed record DeltaBase(long Offset, byte[] Key, byte[] Value)
    {
        public long Bytes => 128 + Key.Length + Value.Length;
    }
}
