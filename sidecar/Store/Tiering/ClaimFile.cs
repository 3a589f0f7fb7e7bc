using System.Buffers.Binary;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Remembers as whom this folder claimed its bucket (docs/FORMAT.md, claim). A folder whose bucket somebody else claimed
/// since is old: it must not take back what a restoration and its later writes have built.
/// </summary>
internal sealed class ClaimFile(IFiles files, IColdStore cold)
{
    public const string Path = "claim";

    /// <summary>An empty file of this name, made by hand, takes the bucket over all the same. It goes with the claim.</summary>
    public const string TakePath = "claim.take";
    private const string NextPath = "claim.tmp";

    /// <summary>Claims that are remembered: one that was sent may arrive long after those that followed it.</summary>
    private const int WritersMax = 32;
    private const int WriterBytes = 16;
    private const int WritersStart = 12;
    private const int EpochStart = WritersStart + (WritersMax * WriterBytes);
    private const int CrcStart = EpochStart + 8;
    private const int Bytes = CrcStart + 4;

    private static ReadOnlySpan<byte> Magic => "TCCLAIM1"u8;

    /// <summary>
    /// Before a claim is sent: refuses when the bucket was last claimed by somebody else, and else notes the new claim
    /// beside the one it follows, because whether it arrives is known only afterwards.
    /// </summary>
    /// <exception cref="StoreException">Fenced.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Follow(Manifest? before, string writer)
    {
        (List<string> known, long epoch) = Read();
        if (before is not null && before.Epoch < epoch)
        {
            throw new StoreException(
                StoreFault.ColdUnavailable, $"{cold.Name} shows an older manifest than this folder has seen; it is asked again.", ObjectNames.Manifest);
        }

        if (before is not null && before.Writer != writer && !known.Contains(before.Writer) && !files.Exists(TakePath))
        {
            throw new StoreException(
                StoreFault.Fenced,
                $"{cold.Name} was last claimed by another folder than this one, perhaps after a restoration. This one ships nothing. "
                + $"Restore into an empty folder; or, when you are sure that this folder is the newest, put an empty file named {TakePath} into it.",
                ObjectNames.Manifest);
        }

        Write([.. known.Append(before?.Writer ?? writer).Append(writer).Distinct()], epoch);
    }

    /// <summary>After a claim.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Done(long epoch)
    {
        Write(Read().Writers, epoch);
        files.Delete(TakePath);
    }

    /// <summary>Notes as whom this folder claimed or may have claimed; of too many the oldest are forgotten.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Write(IReadOnlyList<string> writers, long epoch)
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        string[] kept = [.. writers.TakeLast(WritersMax)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), kept.Length);
        for (int i = 0; i < kept.Length; i++)
            Convert.FromHexString(kept[i]).CopyTo(bytes, WritersStart + (i * WriterBytes));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(EpochStart), epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcStart), Checksum.Of(bytes.AsSpan(0, CrcStart)));
        files.Delete(NextPath);
        using (IFile file = files.Create(NextPath, 0))
        {
            file.Write(bytes, 0);
            file.Flush();
        }

        files.Rename(NextPath, Path);
        files.SyncDirectory(RelativePath.Root);
    }

    private (List<string> Writers, long Epoch) Read()
    {
        var writers = new List<string>();
        if (!files.Exists(Path))
            return (writers, 0);
        using IFile file = files.Open(Path);
        var bytes = new byte[Bytes];
        int count = file.Read(bytes, 0) == Bytes ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) : 0;
        if (!bytes.AsSpan().StartsWith(Magic)
            || count is < 0 or > WritersMax
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(CrcStart)) != Checksum.Of(bytes.AsSpan(0, CrcStart)))
        {
            return (writers, 0);
        }

        for (int i = 0; i < count; i++)
            writers.Add(Convert.ToHexStringLower(bytes.AsSpan(WritersStart + (i * WriterBytes), WriterBytes)));
        return (writers, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(EpochStart)));
    }
}
