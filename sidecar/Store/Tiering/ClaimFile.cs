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
    private const int Bytes = 64;
    private const int WriterBytes = 16;

    private static ReadOnlySpan<byte> Magic => "TCCLAIM1"u8;

    /// <summary>
    /// Before a claim is sent: refuses when the bucket was last claimed by somebody else, and else notes the new claim
    /// beside the one it follows, because whether it arrives is known only afterwards.
    /// </summary>
    /// <exception cref="StoreException">Fenced.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Follow(Manifest? before, string writer)
    {
        if (before is not null && before.Writer != writer && !Read().Contains(before.Writer) && !files.Exists(TakePath))
        {
            throw new StoreException(
                StoreFault.Fenced,
                $"{cold.Name} was last claimed by another folder than this one, perhaps after a restoration. This one ships nothing. "
                + $"Restore into an empty folder; or, when you are sure that this folder is the newest, put an empty file named {TakePath} into it.",
                ObjectNames.Manifest);
        }

        Write(before?.Writer ?? writer, writer);
    }

    /// <summary>After the claim.</summary>
    public void Done() => files.Delete(TakePath);

    /// <summary>Notes a claim that was made.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Write(string before, string writer)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Clear();
        Magic.CopyTo(bytes);
        Convert.FromHexString(before).CopyTo(bytes[8..]);
        Convert.FromHexString(writer).CopyTo(bytes[(8 + WriterBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[60..], Checksum.Of(bytes[..60]));
        files.Delete(NextPath);
        using (IFile file = files.Create(NextPath, 0))
        {
            file.Write(bytes, 0);
            file.Flush();
        }

        files.Rename(NextPath, Path);
        files.SyncDirectory(RelativePath.Root);
    }

    private string[] Read()
    {
        if (!files.Exists(Path))
            return [];
        using IFile file = files.Open(Path);
        Span<byte> bytes = stackalloc byte[Bytes];
        if (file.Read(bytes, 0) != Bytes
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Checksum.Of(bytes[..60]))
        {
            return [];
        }

        return
        [
            Convert.ToHexStringLower(bytes.Slice(8, WriterBytes)),
            Convert.ToHexStringLower(bytes.Slice(8 + WriterBytes, WriterBytes)),
        ];
    }
}
