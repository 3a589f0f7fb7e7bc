using System.Buffers.Binary;
using System.Text;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>A dictionary that a packed segment brings along.</summary>
/// <param name="Collection">Collection it was trained on.</param>
/// <param name="Offset">Where it lies in the file; its copy follows it.</param>
/// <param name="StoredBytes">Bytes of each of the two.</param>
/// <param name="PlainBytes">Bytes of the dictionary itself; the same as stored when it is not compressed.</param>
/// <param name="Id">First 8 bytes of its SHA-256.</param>
internal readonly record struct DictionaryPlace(string Collection, long Offset, int StoredBytes, int PlainBytes, ulong Id);

/// <summary>What lies where in a packed segment (docs/FORMAT.md, directory).</summary>
internal sealed record PackedDirectory
{
    private const int ChunksMax = 1 << 22;
    private const int DictionariesMax = 255;

    /// <summary>Address of the first record of each chunk, packed, ascending.</summary>
    public required ulong[] ChunkAddresses { get; init; }

    /// <summary>Offset of each chunk, and of the end of the last.</summary>
    public required uint[] ChunkOffsets { get; init; }

    /// <summary>Offset of each block of keys, and of the end of the last.</summary>
    public required uint[] KeyBlockOffsets { get; init; }

    public required IReadOnlyList<DictionaryPlace> Dictionaries { get; init; }

    public required long FilterOffset { get; init; }

    public required int FilterLength { get; init; }

    public required uint FilterCrc { get; init; }

    /// <summary>Time of the earliest and the latest write among the records.</summary>
    public required long MinWrittenMs { get; init; }

    public required long MaxWrittenMs { get; init; }

    /// <summary>Bytes of keys, metadata and values before compression.</summary>
    public required long PlainBytes { get; init; }

    /// <summary>Bytes of frames it had as raw segments, dead ones left out.</summary>
    public required long FrameBytes { get; init; }

    /// <summary>The level it was packed with.</summary>
    public required byte Level { get; init; }

    public int Chunks => ChunkAddresses.Length;

    /// <summary>Bytes of memory it takes.</summary>
    public long Bytes => (ChunkAddresses.Length * 12L) + (KeyBlockOffsets.Length * 4L) + 256;

    /// <summary>The chunk that would hold an address, or -1.</summary>
    public int FindChunk(Address address)
    {
        int found = Array.BinarySearch(ChunkAddresses, address.Packed);
        return found >= 0 ? found : ~found - 1;
    }

    public byte[] Write()
    {
        var bytes = new MemoryStream();
        Span<byte> number = stackalloc byte[8];
        void Put(Span<byte> buffer, ulong value, int length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer, value);
            bytes.Write(buffer[..length]);
        }

        Put(number, (ulong)MinWrittenMs, 8);
        Put(number, (ulong)MaxWrittenMs, 8);
        Put(number, (ulong)PlainBytes, 8);
        Put(number, (ulong)FrameBytes, 8);
        Put(number, (ulong)FilterOffset, 4);
        Put(number, (ulong)FilterLength, 4);
        Put(number, FilterCrc, 4);
        Put(number, Level, 1);
        Put(number, (ulong)Dictionaries.Count, 1);
        foreach (DictionaryPlace place in Dictionaries)
        {
            Put(number, (ulong)place.Offset, 4);
            Put(number, (ulong)place.StoredBytes, 4);
            Put(number, (ulong)place.PlainBytes, 4);
            Put(number, place.Id, 8);
            byte[] name = Encoding.UTF8.GetBytes(place.Collection);
            Put(number, (ulong)name.Length, 1);
            bytes.Write(name);
        }

        Put(number, (ulong)(KeyBlockOffsets.Length - 1), 4);
        foreach (uint offset in KeyBlockOffsets)
            Put(number, offset, 4);
        Put(number, (ulong)ChunkAddresses.Length, 4);
        foreach (ulong address in ChunkAddresses)
            Put(number, address, 6);
        foreach (uint offset in ChunkOffsets)
            Put(number, offset, 4);
        return bytes.ToArray();
    }

    /// <summary>Reads a directory whose checksum was compared; null when it is not one all the same.</summary>
    public static PackedDirectory? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < 46)
            return null;
        var reader = new Reader(source);
        long min = (long)reader.Take(8), max = (long)reader.Take(8), plain = (long)reader.Take(8), frames = (long)reader.Take(8);
        long filterOffset = (long)reader.Take(4);
        int filterLength = (int)reader.Take(4);
        uint filterCrc = (uint)reader.Take(4);
        byte level = (byte)reader.Take(1);
        var dictionaries = new List<DictionaryPlace>();
        int count = (int)reader.Take(1);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            long offset = (long)reader.Take(4);
            int stored = (int)reader.Take(4);
            int bytes = (int)reader.Take(4);
            ulong id = reader.Take(8);
            string collection = Encoding.UTF8.GetString(reader.TakeBytes((int)reader.Take(1)));
            dictionaries.Add(new DictionaryPlace(collection, offset, stored, bytes, id));
        }

        uint[] keyBlocks = reader.TakeOffsets((int)reader.Take(4) + 1, 4);
        int chunks = (int)reader.Take(4);
        ulong[] addresses = reader.TakeAddresses(chunks);
        uint[] offsets = reader.TakeOffsets(chunks + 1, 4);
        if (reader.Failed || count > DictionariesMax || !IsAscending(offsets) || !IsAscending(keyBlocks))
            return null;
        return new PackedDirectory
        {
            ChunkAddresses = addresses,
            ChunkOffsets = offsets,
            KeyBlockOffsets = keyBlocks,
            Dictionaries = dictionaries,
            FilterOffset = filterOffset,
            FilterLength = filterLength,
            FilterCrc = filterCrc,
            MinWrittenMs = min,
            MaxWrittenMs = max,
            PlainBytes = plain,
            FrameBytes = frames,
            Level = level,
        };
    }

    private static bool IsAscending(uint[] offsets)
    {
        for (int i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
                return false;
        }

        return true;
    }

    private ref struct Reader(ReadOnlySpan<byte> source)
    {
        private ReadOnlySpan<byte> _rest = source;

        public bool Failed { get; private set; }

        public ulong Take(int length)
        {
            ulong value = 0;
            ReadOnlySpan<byte> bytes = TakeBytes(length);
            for (int i = bytes.Length - 1; i >= 0; i--)
                value = (value << 8) | bytes[i];
            return value;
        }

        public ReadOnlySpan<byte> TakeBytes(int length)
        {
            if (length < 0 || length > _rest.Length)
            {
                Failed = true;
                _rest = default;
                return default;
            }

            ReadOnlySpan<byte> taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }

        public ulong[] TakeAddresses(int count)
        {
            if (!Fits(count, 6))
                return [];
            var values = new ulong[count];
            for (int i = 0; i < count; i++)
                values[i] = Take(6);
            return values;
        }

        public uint[] TakeOffsets(int count, int size)
        {
            if (!Fits(count, size))
                return [];
            var values = new uint[count];
            for (int i = 0; i < count; i++)
                values[i] = (uint)Take(size);
            return values;
        }

        private bool Fits(int count, int size)
        {
            bool fits = count is >= 0 and <= ChunksMax && (long)count * size <= _rest.Length;
            Failed |= !fits;
            return fits;
        }
    }
}
