using Thermocline.Store.Compression;
using Thermocline.Store.Files;
using Thermocline.Store.Filters;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>Writes a packed segment from the records it is given, in the order of their addresses.</summary>
internal sealed class PackedWriter : IDisposable
{
    private const int BufferBytes = 256 << 10;

    /// <summary>Values from this length on are compared by their hash; shorter ones cost less than the reference to them.</summary>
    private const int DuplicateBytesMin = 64;
    private readonly IFile _file;
    private readonly PackedHeader _header;
    private readonly PackedSettings _settings;
    private readonly ChunkEncoder _chunk;
    private readonly TailKeys _keys = new();
    private readonly List<ulong> _tags = [];
    private readonly List<ulong> _chunkAddresses = [];
    private readonly List<uint> _chunkOffsets = [];
    private readonly Dictionary<UInt128, Address> _values = [];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _written;
    private Address _chunkStart;
    private int _tombstones;
    private long _plainBytes;
    private long _frameBytes;
    private long _minWritten = long.MaxValue;
    private long _maxWritten;

    public PackedWriter(IFile file, in PackedHeader header, PackedSettings settings)
    {
        _file = file;
        _header = header;
        _settings = settings;
        ZstdDictionary[] dictionaries = [.. settings.Dictionaries.Select(static one => one.Dictionary)];
        _chunk = new ChunkEncoder(PackingLevel.Of(settings.Level), header.Seed, dictionaries, settings.Stages);
        Span<byte> bytes = stackalloc byte[PackedHeader.Bytes];
        header.Write(bytes);
        Append(bytes);
    }

    /// <summary>Records written so far.</summary>
    public int Count => _tags.Count;

    /// <summary>Bytes written and waiting to be.</summary>
    private long Position => _written + _buffered;

    /// <summary>Takes a record in.</summary>
    /// <param name="address">Its place.</param>
    /// <param name="logBytes">Bytes from there to the next frame.</param>
    /// <param name="tag">Tag of its key.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="tombstone">Whether only the deletion is kept.</param>
    public void Add(Address address, int logBytes, ulong tag, Frame frame, bool tombstone)
    {
        int frameBytes = tombstone ? logBytes : frame.TotalBytes;
        if (!_chunk.HasRoom(address, frameBytes))
            FinishChunk();
        if (_chunk.Count == 0)
            _chunkStart = address;
        var entry = new RecordEntry
        {
            Address = address,
            Sequence = frame.Sequence,
            FrameBytes = frameBytes,
            LogBytes = logBytes,
            KeyLength = frame.KeyLength,
            WrittenAtMs = frame.WrittenAtMs,
        };
        if (tombstone)
            AddTombstone(entry, frame.Key);
        else
            AddValue(entry, frame);
        _tags.Add(tag);
        _keys.Append(frame.Key, new KeyEntry(
            address, tombstone ? FrameFlags.Tombstone : FrameFlags.None, tombstone ? 0 : frame.ExpiresAtMs));
        _frameBytes += frameBytes;
        _minWritten = Math.Min(_minWritten, frame.WrittenAtMs);
        _maxWritten = Math.Max(_maxWritten, frame.WrittenAtMs);
    }

    /// <summary>Writes all that follows the chunks, and syncs.</summary>
    public void Finish(ulong lastSequence)
    {
        FinishChunk();
        long chunksEnd = Position;
        _chunkOffsets.Add((uint)chunksEnd);
        var dictionaries = new List<DictionaryPlace>();
        foreach (CollectionDictionary one in _settings.Dictionaries)
        {
            // All records of its collection need it, and a dictionary is text itself: two copies of it cost less than one.
            ReadOnlySpan<byte> stored = Smaller(one.Dictionary.Bytes);
            dictionaries.Add(new DictionaryPlace(
                one.Collection, Position, stored.Length, one.Dictionary.Bytes.Length, one.Dictionary.Id));
            Append(stored);
            Append(stored);
        }

        uint[] keyBlocks = PackedKeyWriter.Write(_keys.Seek([]), _header, PackingLevel.Of(_settings.Level), Position, Append);
        byte[] filter = BinaryFuseFilter.Build(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tags));
        long filterOffset = Position;
        Append(filter);
        _settings.Stages.CountFilter(filter, _tags, _header.Salt);
        byte[] directory = new PackedDirectory
        {
            ChunkAddresses = [.. _chunkAddresses],
            ChunkOffsets = [.. _chunkOffsets],
            KeyBlockOffsets = keyBlocks,
            Dictionaries = dictionaries,
            FilterOffset = filterOffset,
            FilterLength = filter.Length,
            FilterCrc = Checksum.Of(filter, _header.Seed),
            MinWrittenMs = _tags.Count == 0 ? 0 : _minWritten,
            MaxWrittenMs = _maxWritten,
            PlainBytes = _plainBytes,
            FrameBytes = _frameBytes,
            Level = (byte)_settings.Level,
        }.Write();
        var trailer = new PackedTrailer(
            _header.First, _header.Last, lastSequence, _tags.Count, _tombstones, chunksEnd, Position,
            Checksum.Of(directory, _header.Seed));
        Append(directory);
        Append(directory);
        Span<byte> bytes = stackalloc byte[PackedTrailer.Bytes];
        trailer.Write(bytes, _header.Seed);
        Append(bytes);
        Flush();
        _file.Flush();
    }

    public void Dispose() => _chunk.Dispose();

    private void AddTombstone(RecordEntry entry, ReadOnlySpan<byte> key)
    {
        entry.Flags = RecordFlags.Tombstone;
        _tombstones++;
        _plainBytes += key.Length;
        _chunk.Add(entry, 0, key, default, default);
    }

    private void AddValue(RecordEntry entry, Frame frame)
    {
        ReadOnlySpan<byte> collection = Keys.CollectionOf(frame.Key);
        entry.MetadataLength = frame.MetadataLength;
        entry.ExpiresAtMs = frame.ExpiresAtMs;
        entry.Flags = (entry.MetadataLength > 0 ? RecordFlags.Metadata : 0)
            | (entry.ExpiresAtMs != 0 ? RecordFlags.Expires : 0)
            | (entry.LogBytes != entry.FrameBytes ? RecordFlags.Delta : 0);
        _plainBytes += frame.KeyLength + frame.MetadataLength + frame.ValueLength;
        int dictionary = _settings.PlaceOf(collection);
        Span<byte> original = stackalloc byte[RecordReader.DuplicateBytes];
        if (IsDuplicate(frame.Value, entry.Address, original))
        {
            entry.Flags |= RecordFlags.Duplicate;
            _chunk.Add(entry, dictionary, frame.Key, frame.Metadata, original);
        }
        else if (_settings.IsQuantised(collection) && Quantise(frame.Value) is { } quantised)
        {
            entry.Flags |= RecordFlags.Quantised;
            _chunk.Add(entry, dictionary, frame.Key, frame.Metadata, quantised);
        }
        else
        {
            _chunk.Add(entry, dictionary, frame.Key, frame.Metadata, frame.Value);
        }
    }

    private bool IsDuplicate(ReadOnlySpan<byte> value, Address address, Span<byte> original)
    {
        if (value.Length < DuplicateBytesMin || !_settings.Deduplicates)
            return false;
        long started = _settings.Stages.Start();
        UInt128 hash = StrongHash.Of(value);
        bool known = _values.TryGetValue(hash, out Address first);
        if (known)
            Frame.WriteUInt48(original, (long)first.Packed);
        else
            _values.Add(hash, address);
        _settings.Stages.Add(Stage.Dedup, value.Length, known ? original.Length : value.Length, started);
        return known;
    }

    private byte[]? Quantise(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.Length % sizeof(float) != 0)
            return null;
        long started = _settings.Stages.Start();
        ReadOnlySpan<float> numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(value);
        var quantised = new byte[ByteQuantiser.EncodedLength(numbers)];
        bool smaller = quantised.Length < value.Length && ByteQuantiser.Encode(numbers, quantised) == quantised.Length;
        _settings.Stages.Add(Stage.Quantise, value.Length, smaller ? quantised.Length : value.Length, started);
        return smaller ? quantised : null;
    }

    private static ReadOnlySpan<byte> Smaller(ReadOnlySpan<byte> dictionary)
    {
        using var encoder = new ZstdEncoder(PackingLevel.Of(CompressionLevel.Max).ZstdLevel, null);
        var stored = new byte[dictionary.Length - 1];
        int length = encoder.Encode(dictionary, stored);
        return length == 0 ? dictionary : stored.AsSpan(0, length);
    }

    private void FinishChunk()
    {
        if (_chunk.Count == 0)
            return;
        _chunkAddresses.Add(_chunkStart.Packed);
        _chunkOffsets.Add((uint)Position);
        Append(_chunk.Finish());
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (Position + bytes.Length > uint.MaxValue)
            throw new StoreException(StoreFault.Full, "A packed segment would grow beyond 4 GiB.");
        if (_buffered + bytes.Length > _buffer.Length)
            Flush();
        if (bytes.Length > _buffer.Length)
        {
            _file.Write(bytes, _written);
            _written += bytes.Length;
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Flush()
    {
        if (_buffered > 0)
            _file.Write(_buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }
}
