using System.Buffers.Binary;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>
/// Gathers the records of a chunk and writes it. Every body that was made smaller is restored and compared before the
/// chunk is handed out: from here on the packed form is all there is.
/// </summary>
internal sealed class ChunkEncoder(
    PackingLevel level, uint seed, IReadOnlyList<ZstdDictionary> dictionaries, StageCounters stages) : IDisposable
{
    public const int RecordCrcBytes = 4;

    /// <summary>A body is kept raw unless this many eighths of it are enough.</summary>
    private const int WorthwhileEighths = 7;
    /// <summary>
    /// Records of a chunk whose records are read one by one: what lies beside the one is read in vain, so a chunk is about
    /// a page and a half of the disk. A block gains from being larger.
    /// </summary>
    private const int SingleFramesMax = 16;
    private readonly int _framesMax = level.Layout == ChunkLayout.Block ? ChunkHeader.FramesMax : SingleFramesMax;
    private readonly RecordEntry[] _records = new RecordEntry[ChunkHeader.FramesMax];
    private readonly int[] _bodyEnds = new int[ChunkHeader.FramesMax];
    private readonly int[] _votes = new int[dictionaries.Count + 1];
    private readonly ZstdEncoder?[] _encoders = new ZstdEncoder?[dictionaries.Count + 1];
    private byte[] _bodies = new byte[64 << 10];
    private byte[] _stored = new byte[64 << 10];
    private byte[] _chunk = new byte[64 << 10];
    private byte[] _check = new byte[64 << 10];
    private int _count;
    private int _used;
    private long _frameBytes;

    public int Count => _count;

    /// <summary>Bytes of keys, metadata and values gathered.</summary>
    public int PlainBytes => _used;

    /// <summary>Whether a record goes into the chunk: it may hold 16 or 50 records and 256 KiB of frames, all of one segment.</summary>
    public bool HasRoom(Address address, int frameBytes) =>
        _count == 0
        || (_count < _framesMax
            && _frameBytes + frameBytes <= ChunkHeader.FrameBytesMax
            && _records[0].Address.Segment == address.Segment);

    /// <summary>Takes a record in. Records come in the order of their addresses.</summary>
    /// <param name="record">Its entry; stored bytes and codec are filled in here.</param>
    /// <param name="dictionary">Place of its collection's dictionary + 1, or 0.</param>
    /// <param name="key">Its key.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="value">Its value, or what stands in its stead.</param>
    public void Add(
        in RecordEntry record, int dictionary, ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        int length = key.Length + metadata.Length + value.Length;
        Grow(ref _bodies, _used + length);
        key.CopyTo(_bodies.AsSpan(_used));
        metadata.CopyTo(_bodies.AsSpan(_used + key.Length));
        value.CopyTo(_bodies.AsSpan(_used + key.Length + metadata.Length));
        _used += length;
        _records[_count] = record;
        _bodyEnds[_count++] = _used;
        _votes[dictionary]++;
        _frameBytes += record.FrameBytes;
    }

    /// <summary>Writes the chunk and starts the next one. The bytes are valid until then.</summary>
    /// <exception cref="StoreException">A codec did not give back what it was given.</exception>
    public ReadOnlySpan<byte> Finish()
    {
        int dictionary = 0;
        for (int i = 1; i < _votes.Length; i++)
        {
            if (_votes[i] > _votes[dictionary] || (dictionary == 0 && _votes[i] > 0))
                dictionary = i;
        }

        ReadOnlySpan<byte> chunk = level.Layout == ChunkLayout.Block ? WriteBlock(dictionary) : WriteRecords(dictionary);
        _count = 0;
        _used = 0;
        _frameBytes = 0;
        Array.Clear(_votes);
        return chunk;
    }

    public void Dispose()
    {
        foreach (ZstdEncoder? encoder in _encoders)
            encoder?.Dispose();
    }

    private ReadOnlySpan<byte> WriteRecords(int dictionary)
    {
        int stored = 0;
        bool used = false;
        long started = stages.Start();
        for (int i = 0; i < _count; i++)
        {
            ReadOnlySpan<byte> body = BodyAt(i);
            Grow(ref _stored, stored + body.Length + RecordCrcBytes);
            int length = Encode(body, _stored.AsSpan(stored, body.Length), dictionary);
            used |= length > 0;
            _records[i].Codec = length > 0 ? level.Codec : Codec.Raw;
            if (length == 0)
            {
                body.CopyTo(_stored.AsSpan(stored));
                length = body.Length;
            }

            _records[i].StoredBytes = length;
            uint crc = Checksum.Of(_stored.AsSpan(stored, length), SeedOf(seed, _records[i].Address));
            BinaryPrimitives.WriteUInt32LittleEndian(_stored.AsSpan(stored + length), crc);
            stored += length + RecordCrcBytes;
        }

        CountStage(_used, stored, started);
        int entries = WriteEntries(ChunkHeader.Bytes, stored);
        _stored.AsSpan(0, stored).CopyTo(_chunk.AsSpan(ChunkHeader.Bytes + entries));
        uint entriesCrc = Checksum.Of(_chunk.AsSpan(ChunkHeader.Bytes, entries), seed);
        return Complete(Codec.Raw, used ? dictionary : 0, entries, entries + stored, entries + stored, entriesCrc);
    }

    private ReadOnlySpan<byte> WriteBlock(int dictionary)
    {
        for (int i = 0; i < _count; i++)
        {
            _records[i].Codec = Codec.Raw;
            _records[i].StoredBytes = BodyAt(i).Length;
        }

        int entries = WriteEntries(0, _used);
        int plain = entries + _used;
        _bodies.AsSpan(0, _used).CopyTo(_chunk.AsSpan(entries));
        Grow(ref _stored, plain);
        long started = stages.Start();
        int stored = Encode(_chunk.AsSpan(0, plain), _stored.AsSpan(0, plain), dictionary);
        Codec codec = stored > 0 ? level.Codec : Codec.Raw;
        if (stored == 0)
        {
            _chunk.AsSpan(0, plain).CopyTo(_stored);
            stored = plain;
        }

        CountStage(plain, stored, started);
        Grow(ref _chunk, ChunkHeader.Bytes + stored);
        _stored.AsSpan(0, stored).CopyTo(_chunk.AsSpan(ChunkHeader.Bytes));
        uint crc = Checksum.Of(_stored.AsSpan(0, stored), seed);
        return Complete(codec, codec == Codec.Zstd ? dictionary : 0, entries, stored, plain, crc);
    }

    private ReadOnlySpan<byte> Complete(Codec codec, int dictionary, int entries, int stored, int plain, uint crc)
    {
        ref readonly RecordEntry first = ref _records[0];
        var header = new ChunkHeader(
            level.Layout, codec, dictionary, _count, entries, stored, plain, crc, first.WrittenAtMs, first.Address, first.Sequence);
        header.Write(_chunk, seed);
        return _chunk.AsSpan(0, ChunkHeader.Bytes + stored);
    }

    /// <summary>Writes all entries at an offset of the chunk buffer and leaves room behind them.</summary>
    private int WriteEntries(int offset, int following)
    {
        Grow(ref _chunk, offset + (_count * RecordEntry.BytesMax) + following);
        RecordEntry before = RecordEntry.Before(_records[0].Address, _records[0].Sequence, _records[0].WrittenAtMs);
        int at = offset;
        for (int i = 0; i < _count; i++)
        {
            at += _records[i].Write(_chunk.AsSpan(at), before);
            before = _records[i];
        }

        return at - offset;
    }

    /// <summary>Makes a body smaller; 0 when that is not worth it.</summary>
    private int Encode(ReadOnlySpan<byte> body, Span<byte> destination, int dictionary)
    {
        if (level.Codec == Codec.Raw || body.Length < 16)
            return 0;
        Span<byte> enough = destination[..(int)((long)body.Length * WorthwhileEighths / 8)];
        int length = level.Codec == Codec.Lz4
            ? Lz4.Encode(body, enough)
            : (_encoders[dictionary] ??= new ZstdEncoder(level.ZstdLevel, Dictionary(dictionary))).Encode(body, enough);
        if (length == 0)
            return 0;
        Grow(ref _check, body.Length);
        bool whole = level.Codec == Codec.Lz4
            ? Lz4.TryDecode(destination[..length], _check.AsSpan(0, body.Length), out int restored)
            : ZstdDecoder.TryDecode(destination[..length], Dictionary(dictionary), _check.AsSpan(0, body.Length), out restored);
        if (!whole || restored != body.Length || !body.SequenceEqual(_check.AsSpan(0, restored)))
        {
            throw new StoreException(
                StoreFault.Damaged, $"{level.Codec} did not give back the bytes it was given: memory or library is faulty.");
        }

        return length;
    }

    private void CountStage(long bytesIn, long bytesOut, long started)
    {
        if (level.Codec != Codec.Raw)
            stages.Add(level.Codec == Codec.Lz4 ? Stage.Lz4 : Stage.Zstd, bytesIn, bytesOut, started);
    }

    private ZstdDictionary? Dictionary(int place) => place == 0 ? null : dictionaries[place - 1];

    private ReadOnlySpan<byte> BodyAt(int index)
    {
        int start = index == 0 ? 0 : _bodyEnds[index - 1];
        return _bodies.AsSpan(start, _bodyEnds[index] - start);
    }

    /// <summary>A body's checksum also says where it belongs, so that two exchanged bodies are noticed.</summary>
    internal static uint SeedOf(uint seed, Address address) => seed ^ (uint)address.Packed ^ (uint)(address.Packed >> 32);

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
            Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
    }
}
