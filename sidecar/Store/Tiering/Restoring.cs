using System.Security.Cryptography;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Makes a data folder from a bucket alone. Claims the store first, so that whoever wrote there before cannot go on; then
/// fetches what a folder needs. Interrupted, it is simply run again: what is whole is not fetched twice.
/// </summary>
internal sealed class Restoring(IFiles files, IColdStore cold, TimeProvider time, IProgress<RestoreProgress>? progress)
{
    private const string Unfinished = Recovery.IdentityFile.RestoringPath;
    private readonly RestoreTally _tally = new();

    /// <summary>Restores stubs into a folder that has no records; null when it has, or when there is nothing to restore.</summary>
    /// <exception cref="StoreException">Nobody can say whether there is something to restore, or the world failed.</exception>
    public async ValueTask<RestoreReport?> RunIfEmptyAsync(CancellationToken cancellation)
    {
        if (!files.Exists(Unfinished))
        {
            if (SegmentNames.List(files).Any() || await cold.HeadAsync(ObjectNames.Manifest, cancellation) is null)
                return null;
            // A store that was opened and never written to: nothing depends on its identity.
            files.Delete(Recovery.IdentityFile.Path);
        }

        return await RunAsync(whole: false, cancellation);
    }

    /// <exception cref="StoreException">The folder holds another store, or nothing can be restored, or the world failed.</exception>
    public async ValueTask<RestoreReport> RunAsync(bool whole, CancellationToken cancellation)
    {
        using IDisposable folder = files.Lock("lock");
        using var manifests = new ManifestStore(cold, time);
        ManifestReading? reading = await manifests.ReadAsync(cancellation);
        ColdObject? identityObject = await cold.GetAsync(ObjectNames.Identity, 4096, cancellation);
        if (reading is null || identityObject is null)
            throw new StoreException(StoreFault.Damaged, $"{cold.Name} holds no store: there is no manifest or no identity.");
        Identity identity = Identity.Read(identityObject.Content.Span, out _)
            ?? throw new StoreException(StoreFault.Damaged, $"The identity in {cold.Name} is damaged.", ObjectNames.Identity);
        Begin(identity, identityObject.Content.Span);
        string writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Manifest manifest = await manifests.ClaimAsync(identity.StoreId, writer, static _ => { }, cancellation);
        manifest = await CloseTailsAsync(manifests, manifest, cancellation);
        _tally.Start(manifest);
        foreach (ManifestSegment segment in manifest.Segments)
        {
            await RestoreAsync(segment, whole, cancellation);
            _tally.SegmentDone(segment);
            progress?.Report(_tally.Progress);
        }

        foreach (ManifestTail tail in manifest.Tails.Where(tail => !manifest.Covers(tail.Segment)))
            await RestoreAsync(tail, cancellation);
        new ClaimFile(files, cold).Write([writer], manifest.Epoch);
        files.Rename(Unfinished, Recovery.IdentityFile.Path);
        files.SyncDirectory(RelativePath.Root);
        return _tally.Report;
    }

    /// <summary>
    /// The identity gets its name last: without it a folder with segments is refused, so that nobody takes a part for the
    /// whole. A folder that has it is a store already, perhaps with records that the bucket does not have.
    /// </summary>
    private void Begin(Identity identity, ReadOnlySpan<byte> bytes)
    {
        const string path = Recovery.IdentityFile.Path;
        if (files.Exists(path))
            throw new StoreException(StoreFault.Damaged, "The folder holds a store already. Restore into an empty folder.", path, 0);
        if (files.Exists(Unfinished))
        {
            using IFile found = files.Open(Unfinished);
            var here = new byte[Identity.Bytes];
            if (found.Read(here, 0) == here.Length && Identity.Read(here, out _)?.StoreId == identity.StoreId)
                return;
        }

        if (SegmentNames.List(files).Any())
            throw new StoreException(StoreFault.Damaged, "The folder holds segments of another store. Restore into an empty folder.");
        files.Delete(Unfinished);
        using (IFile file = files.Create(Unfinished, 0))
        {
            file.Write(bytes[..Identity.Bytes], 0);
            file.Flush();
        }

        files.SyncDirectory(RelativePath.Root);
    }

    /// <summary>Fixes how many pieces of each tail count: those a fenced writer may still add do not.</summary>
    private async ValueTask<Manifest> CloseTailsAsync(ManifestStore manifests, Manifest manifest, CancellationToken cancellation)
    {
        var counts = new Dictionary<ManifestTail, int>();
        foreach (ManifestTail tail in manifest.Tails.Where(static tail => tail.Pieces == ManifestTail.Open))
        {
            int pieces = 0;
            while (await cold.HeadAsync(ObjectNames.Tail(tail.Writer, tail.Segment, pieces), cancellation) is not null)
                pieces++;
            counts[tail] = pieces;
        }

        if (counts.Count == 0)
            return manifest;
        return await manifests.PublishAsync(
            now => now with
            {
                Tails = [.. now.Tails.Select(tail => counts.TryGetValue(tail, out int pieces) ? tail with { Pieces = pieces } : tail)],
            },
            cancellation);
    }

    private async ValueTask RestoreAsync(ManifestSegment segment, bool whole, CancellationToken cancellation)
    {
        string done = PackedNames.PathOf(
            segment.First, segment.Last, segment.CreatedMs, whole ? PackedNames.Suffix : PackedNames.StubSuffix);
        string unfinished = PackedNames.PathOf(segment.First, segment.Last, segment.CreatedMs, PackedNames.FetchedSuffix);
        if (files.Exists(done))
            return;
        PrepareFolder(segment.CreatedMs);
        var reference = new StubReference(segment.Bytes, segment.Sha256);
        if (whole)
            await SegmentMoves.FetchAsync(files, cold, segment.Object, reference, unfinished, cancellation);
        else
            await FetchStubAsync(segment, reference, unfinished, cancellation);
        files.Rename(unfinished, done);
        files.SyncDirectory(RelativePath.Parent(done));
    }

    private async ValueTask FetchStubAsync(
        ManifestSegment segment, StubReference reference, string path, CancellationToken cancellation)
    {
        long rest = segment.Bytes - segment.RemoteEnd;
        if (segment.RemoteStart != PackedHeader.Bytes || rest is <= 0 or > int.MaxValue / 2)
            throw new StoreException(StoreFault.Damaged, $"The manifest says impossible things of {segment.Object}.", ObjectNames.Manifest);
        var bytes = new byte[PackedHeader.Bytes + rest + StubReference.Bytes];
        bool found = await cold.ReadAsync(segment.Object, 0, bytes.AsMemory(0, PackedHeader.Bytes), cancellation)
            && await cold.ReadAsync(segment.Object, segment.RemoteEnd, bytes.AsMemory(PackedHeader.Bytes, (int)rest), cancellation);
        if (!found)
            throw new StoreException(StoreFault.Damaged, $"{cold.Name} has no object {segment.Object}.", segment.Object);
        reference.Write(bytes.AsSpan(^StubReference.Bytes..));
        files.Delete(path);
        using IFile file = files.Create(path, 0);
        file.Write(bytes, 0);
        file.Flush();
    }

    private async ValueTask RestoreAsync(ManifestTail tail, CancellationToken cancellation)
    {
        if (tail.Pieces <= 0)
            return;
        ColdObject? first = await cold.GetAsync(ObjectNames.Tail(tail.Writer, tail.Segment, 0), TailPieceMax, cancellation);
        if (first is null || !SegmentHeader.TryRead(first.Content.Span, out SegmentHeader header, out _) || header.Number != tail.Segment)
            throw new StoreException(StoreFault.Damaged, $"The first piece of the tail of segment {tail.Segment} is missing or damaged.");
        string path = SegmentNames.PathOf(tail.Segment, DateTimeOffset.FromUnixTimeMilliseconds(header.CreatedMs));
        PrepareFolder(header.CreatedMs);
        files.Delete(path);
        using (IFile file = files.Create(path, 0))
        {
            long at = 0;
            for (int i = 0; i < tail.Pieces; i++)
            {
                string name = ObjectNames.Tail(tail.Writer, tail.Segment, i);
                ColdObject piece = (i == 0 ? first : await cold.GetAsync(name, TailPieceMax, cancellation))
                    ?? throw new StoreException(StoreFault.Damaged, $"{cold.Name} has no object {name}.", name);
                file.Write(piece.Content.Span, at);
                at += piece.Content.Length;
            }

            file.Flush();
        }

        files.SyncDirectory(RelativePath.Parent(path));
        _tally.TailDone();
    }

    private const int TailPieceMax = 8 << 20;

    private void PrepareFolder(long createdMs)
    {
        string[] folders = SegmentNames.Folders(DateTimeOffset.FromUnixTimeMilliseconds(createdMs));
        files.CreateDirectory(folders[^1]);
        foreach (string folder in folders)
            files.SyncDirectory(folder);
    }
}
