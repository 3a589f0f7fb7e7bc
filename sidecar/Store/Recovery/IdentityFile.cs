using System.Security.Cryptography;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Records;

namespace Thermocline.Store.Recovery;

/// <summary>Reads who the store is, or makes it somebody when the folder is new.</summary>
internal static class IdentityFile
{
    public const string Path = "identity";

    /// <summary>What it is called until a restoration is complete.</summary>
    public const string RestoringPath = "identity.part";
    private const string NextPath = "identity.tmp";

    public static Identity ReadOrCreate(IFiles files, bool hasSegments, DamageLog damages, TimeProvider time)
    {
        // Without segments nothing depends on it, and a sync that failed may have left a name that only looks durable.
        if (hasSegments)
        {
            if (files.Exists(Path) && Read(files, damages) is { } identity)
                return identity;
            throw new StoreException(
                StoreFault.Damaged,
                "The folder has segments but no readable identity file. Put the file back from a copy of the folder.",
                Path, 0);
        }

        if (files.Exists(RestoringPath))
            throw new StoreException(StoreFault.Damaged, "The folder was not restored to the end. Run the restoration again.", RestoringPath, 0);
        return Create(files, time);
    }

    private static Identity? Read(IFiles files, DamageLog damages)
    {
        using IFile file = files.Open(Path);
        Span<byte> bytes = stackalloc byte[Identity.Bytes];
        var identity = Identity.Read(bytes[..file.Read(bytes, 0)], out int badCopy);
        if (badCopy >= 0)
            damages.Add(new Damage(Path, badCopy, Identity.Bytes / 2, "one copy of the identity"));
        return identity;
    }

    private static Identity Create(IFiles files, TimeProvider time)
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        var identity = new Identity(
            new Guid(random[..16]),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(random[16..]),
            time.GetUtcNow().ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[Identity.Bytes];
        identity.Write(bytes);
        files.Delete(NextPath);
        using (IFile file = files.Create(NextPath, 0))
        {
            file.Write(bytes, 0);
            file.Flush();
        }

        files.Rename(NextPath, Path);
        files.SyncDirectory("");
        return identity;
    }
}
