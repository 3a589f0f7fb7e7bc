using System.Security.Cryptography;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Takes the chunks of a published segment off the local disk, and brings them back. Either way the new file gets its name
/// when it is whole and synced, and the old one goes after that.
/// </summary>
internal sealed class SegmentMoves(IFiles files, LogReader log, PackedShare share, IColdStore cold, RemoteChunks remote)
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Leaves a stub in the place of a segment. The caller holds the packer off.</summary>
    /// <exception cref="IOException">The disk failed; the segment is as it was.</exception>
    public void Evict(PackedSegment segment, ManifestSegment published)
    {
        long createdMs = segment.Header.CreatedMs;
        string path = PackedNames.PathOf(segment.First, segment.Last, createdMs, PackedNames.StubSuffix);
        string unfinished = PackedNames.PathOf(segment.First, segment.Last, createdMs, PackedNames.UnfinishedSuffix);
        files.Delete(unfinished);
        using (IFile file = files.Create(unfinished, 0))
        {
            WriteStub(segment, file, new StubReference(published.Bytes, published.Sha256));
            file.Flush();
        }

        files.Rename(unfinished, path);
        files.SyncDirectory(RelativePath.Parent(path));
        var stub = new PackedSegment(files, share, segment.First, segment.Last, path, remote);
        Replace(segment, stub);
    }

    /// <summary>Fetches a segment whole, beside its stub, and checks that it is what was shipped.</summary>
    /// <exception cref="StoreException">The cold store failed, or the object is not what was shipped.</exception>
    public async ValueTask<string> FetchAsync(PackedSegment stub, CancellationToken cancellation)
    {
        string path = PackedNames.PathOf(stub.First, stub.Last, stub.Header.CreatedMs, PackedNames.FetchedSuffix);
        StubReference reference = stub.Reference;
        string name = ObjectNames.Segment(stub.First, stub.Last, reference.Sha256);
        await FetchAsync(files, cold, name, reference, path, cancellation);
        return path;
    }

    /// <summary>Puts a fetched segment in the place of its stub. The caller holds the packer off.</summary>
    /// <exception cref="IOException">The disk failed; the stub is as it was.</exception>
    public void Promote(PackedSegment stub, string fetched)
    {
        string path = PackedNames.PathOf(stub.First, stub.Last, stub.Header.CreatedMs, PackedNames.Suffix);
        files.Rename(fetched, path);
        files.SyncDirectory(RelativePath.Parent(path));
        Replace(stub, new PackedSegment(files, share, stub.First, stub.Last, path, null));
    }

    /// <summary>Fetches an object into a new file and compares its hash.</summary>
    /// <exception cref="StoreException">The cold store failed, or the object is not what was shipped.</exception>
    public static async ValueTask FetchAsync(
        IFiles files, IColdStore cold, string name, StubReference reference, string path, CancellationToken cancellation)
    {
        files.Delete(path);
        using IFile file = files.Create(path, 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        for (long at = 0; at < reference.ObjectBytes;)
        {
            Memory<byte> part = block.AsMemory(0, (int)Math.Min(block.Length, reference.ObjectBytes - at));
            if (!await cold.ReadAsync(name, at, part, cancellation))
                throw new StoreException(StoreFault.Damaged, $"The cold store {cold.Name} has no object {name}.", name);
            hash.AppendData(part.Span);
            file.Write(part.Span, at);
            at += part.Length;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != reference.Sha256)
            throw new StoreException(StoreFault.Damaged, $"The cold object {name} is not what was shipped: its hash differs.", name);
        file.Flush();
    }

    /// <summary>SHA-256 of a file in hexadecimal digits.</summary>
    public static string HashOf(IFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        long length = file.Length;
        for (long at = 0; at < length;)
        {
            int read = file.Read(block, at);
            if (read == 0)
                throw new EndOfStreamException("A packed segment became shorter while it was read.");
            hash.AppendData(block.AsSpan(0, read));
            at += read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes all of a segment but its chunks, and where these are.</summary>
    private static void WriteStub(PackedSegment segment, IFile file, StubReference reference)
    {
        var block = new byte[BlockBytes];
        long at = 0;
        Copy(segment, 0, PackedHeader.Bytes, file, ref at, block);
        Copy(segment, segment.Trailer.ChunksEnd, segment.FullLength, file, ref at, block);
        Span<byte> bytes = stackalloc byte[StubReference.Bytes];
        reference.Write(bytes);
        file.Write(bytes, at);
    }

    private static void Copy(PackedSegment segment, long from, long to, IFile file, ref long at, byte[] block)
    {
        while (from < to)
        {
            int read = segment.Read(block.AsSpan(0, (int)Math.Min(block.Length, to - from)), from);
            if (read == 0)
                throw segment.Damaged(from, "packed segment (it ends too early)");
            file.Write(block.AsSpan(0, read), at);
            from += read;
            at += read;
        }
    }

    private void Replace(PackedSegment old, PackedSegment next)
    {
        next.NoteDead(old.DeadFrames);
        log.Change(view => view.Replacing(next));
        old.Dispose();
        files.Delete(old.Path);
        files.SyncDirectory(RelativePath.Parent(old.Path));
    }
}
