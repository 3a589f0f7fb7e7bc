using System.Buffers.Binary;
using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Index;

/// <summary>What a snapshot of the index says of itself.</summary>
internal readonly record struct IndexSnapshotHeader(
    Guid StoreId, long LastSegment, ulong LastSequence, long LiveKeys, int Pages, int Depth);

/// <summary>The index at a clean stop, on disk (docs/FORMAT.md, index.snapshot).</summary>
internal sealed class IndexSnapshotFile : IDisposable
{
    public const string Path = "index.snapshot";
    private const string NextPath = "index.tmp";
    private const int HeaderBytes = 4096;
    private readonly IFiles _files;
    private readonly IFile _file;
    private readonly uint _directoryCrc;
    private readonly Action<StoreException> _report;

    private IndexSnapshotFile(
        IFiles files, IFile file, in IndexSnapshotHeader header, uint directoryCrc, Action<StoreException> report)
    {
        _files = files;
        _file = file;
        _directoryCrc = directoryCrc;
        _report = report;
        Header = header;
    }

    private static ReadOnlySpan<byte> Magic => "TCINDEX1"u8;

    public IndexSnapshotHeader Header { get; }

    private long PagesStart => HeaderBytes + DirectoryBytes(Header.Depth);

    /// <summary>Opens the snapshot; null when there is none or when its header or directory is not intact.</summary>
    /// <param name="files">The data folder.</param>
    /// <param name="report">Told of every damage, now and when a page is read later.</param>
    public static IndexSnapshotFile? TryOpen(IFiles files, Action<StoreException> report)
    {
        files.Delete(NextPath);
        if (!files.Exists(Path))
            return null;
        IFile file = files.Open(Path);
        var block = new byte[HeaderBytes];
        if (file.Read(block, 0) == HeaderBytes && TryReadHeader(block, out IndexSnapshotHeader header, out uint crc))
        {
            var snapshot = new IndexSnapshotFile(files, file, header, crc, report);
            if (snapshot.TryReadDirectory())
                return snapshot;
        }

        report(new StoreException(
            StoreFault.Damaged, $"{Path} fails its checksum; the index is rebuilt from the log.", Path, 0));
        file.Dispose();
        return null;
    }

    /// <summary>The directory in the form the index keeps: (page number &lt;&lt; 1) | 1. It belongs to the caller.</summary>
    public nint[] Entries { get; private set; } = [];

    /// <summary>Reads a page and compares its checksum.</summary>
    /// <exception cref="StoreException">Damaged: the snapshot is deleted, so that the next open rebuilds the index.</exception>
    public void ReadPage(int number, Span<byte> destination)
    {
        long offset = PagesStart + ((long)number * IndexPage.Bytes);
        if (_file.Read(destination[..IndexPage.Bytes], offset) == IndexPage.Bytes
            && BinaryPrimitives.ReadUInt32LittleEndian(destination) == Checksum.Of(destination[4..IndexPage.Bytes])
            && destination[4] <= Header.Depth)
        {
            return;
        }

        throw Damaged(offset, "index page");
    }

    /// <summary>Writes the index as it is and puts the file in place of the last one. Mutation lock held.</summary>
    public static void Write(IFiles files, in IndexSnapshotHeader header, HashIndex index)
    {
        files.Delete(NextPath);
        try
        {
            using (IFile file = files.Create(NextPath, 0))
            {
                WriteContent(file, header, index);
                file.Flush();
            }

            files.Rename(NextPath, Path);
        }
        catch (DiskFullException)
        {
            files.Delete(NextPath);
            throw;
        }

        files.SyncDirectory("");
    }

    public void Dispose() => _file.Dispose();

    private static void WriteContent(IFile file, in IndexSnapshotHeader header, HashIndex index)
    {
        int entries = 1 << index.Depth;
        var directory = new byte[DirectoryBytes(index.Depth)];
        var buffer = new byte[256 * IndexPage.Bytes];
        long offset = HeaderBytes + directory.Length;
        int page = -1, buffered = 0;
        for (int entry = 0; entry < entries; entry++)
        {
            if (!index.IsAlias(entry))
            {
                if (buffered == buffer.Length)
                {
                    file.Write(buffer, offset);
                    offset += buffered;
                    buffered = 0;
                }

                page++;
                Span<byte> target = buffer.AsSpan(buffered, IndexPage.Bytes);
                index.CopyPage(entry, target);
                Seal(target);
                buffered += IndexPage.Bytes;
            }

            BinaryPrimitives.WriteInt32LittleEndian(directory.AsSpan(entry * 4), page);
        }

        file.Write(buffer.AsSpan(0, buffered), offset);
        file.Write(directory, HeaderBytes);
        var block = new byte[HeaderBytes];
        uint crc = Checksum.Of(directory);
        WriteHeader(block, header with { Pages = page + 1, Depth = index.Depth }, crc);
        file.Write(block, 0);
    }

    /// <summary>Takes the hot places and use bits out of a page and signs it.</summary>
    private static void Seal(Span<byte> page)
    {
        for (int at = IndexPage.HeaderBytes; at < IndexPage.Bytes; at += 16)
        {
            ulong word1 = BinaryPrimitives.ReadUInt64LittleEndian(page[(at + 8)..]);
            if (!IndexPage.IsDeleted(word1))
                word1 &= Tags.LowMask << IndexPage.UseBits;
            BinaryPrimitives.WriteUInt64LittleEndian(page[(at + 8)..], word1);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(page, Checksum.Of(page[4..]));
    }

    private static void WriteHeader(Span<byte> block, in IndexSnapshotHeader header, uint directoryCrc)
    {
        Magic.CopyTo(block);
        header.StoreId.TryWriteBytes(block[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], header.LastSegment);
        BinaryPrimitives.WriteUInt64LittleEndian(block[32..], header.LastSequence);
        BinaryPrimitives.WriteInt64LittleEndian(block[40..], header.LiveKeys);
        BinaryPrimitives.WriteInt32LittleEndian(block[48..], header.Pages);
        BinaryPrimitives.WriteInt32LittleEndian(block[52..], header.Depth);
        BinaryPrimitives.WriteUInt32LittleEndian(block[56..], directoryCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(block[^4..], Checksum.Of(block[..^4]));
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> block, out IndexSnapshotHeader header, out uint directoryCrc)
    {
        header = new IndexSnapshotHeader(
            new Guid(block.Slice(8, 16)),
            BinaryPrimitives.ReadInt64LittleEndian(block[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(block[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[52..]));
        directoryCrc = BinaryPrimitives.ReadUInt32LittleEndian(block[56..]);
        return block.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]) == Checksum.Of(block[..^4])
            && header.Depth is >= 0 and <= HashIndex.DepthMax
            && header.Pages is > 0
            && header.Pages <= 1 << header.Depth;
    }

    private bool TryReadDirectory()
    {
        var bytes = new byte[DirectoryBytes(Header.Depth)];
        if (_file.Read(bytes, HeaderBytes) != bytes.Length || Checksum.Of(bytes) != _directoryCrc)
            return false;
        Entries = new nint[1 << Header.Depth];
        for (int i = 0; i < Entries.Length; i++)
            Entries[i] = ((nint)BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * 4)) << 1) | 1;
        return true;
    }

    /// <summary>Four bytes an entry, padded to whole pages.</summary>
    private static int DirectoryBytes(int depth) => Math.Max(4 << depth, IndexPage.Bytes);

    private StoreException Damaged(long offset, string what)
    {
        _files.Delete(Path);
        var damage = new StoreException(
            StoreFault.Damaged, $"{what} at {Path}:{offset} fails its checksum. Restart: the index is rebuilt from the log.",
            Path, offset);
        _report(damage);
        return damage;
    }
}
