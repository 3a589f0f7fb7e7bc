using System.Buffers.Binary;
using System.Text;

namespace Thermocline.EndToEnd.Tests.Shipped;

/// <summary>The assemblies inside a program of one file, as the .NET host's bundle (version 6, not compressed) holds them.</summary>
internal static class ProgramBundle
{
    // Eight bytes before it say where the bundle's list is; a host without a bundle has zero there.
    private static readonly byte[] Mark = Convert.FromHexString("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae");

    /// <summary>The assemblies by file name; null when the file is no bundle.</summary>
    public static IReadOnlyDictionary<string, byte[]>? Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int mark = file.AsSpan().IndexOf(Mark);
        long list = mark < sizeof(long) ? 0 : BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(mark - sizeof(long)));
        if (list == 0)
            return null;
        using var reader = new BinaryReader(new MemoryStream(file, writable: false), Encoding.UTF8);
        reader.BaseStream.Position = list;
        uint version = reader.ReadUInt32();
        if (version != 6)
            throw new NotSupportedException($"{path} is a bundle of version {version}; this reads version 6.");
        reader.ReadUInt32();
        int entries = reader.ReadInt32();
        reader.ReadString();
        // Where two settings lie, and the flags.
        reader.BaseStream.Position += 5 * sizeof(long);
        return Assemblies(reader, entries, file);
    }

    private static Dictionary<string, byte[]> Assemblies(BinaryReader reader, int entries, byte[] file)
    {
        var found = new Dictionary<string, byte[]>();
        for (int i = 0; i < entries; i++)
        {
            int offset = checked((int)reader.ReadInt64());
            int length = checked((int)reader.ReadInt64());
            bool isCompressed = reader.ReadInt64() != 0;
            reader.ReadByte();
            string name = reader.ReadString();
            if (!name.EndsWith(".dll", StringComparison.Ordinal))
                continue;
            if (isCompressed)
                throw new NotSupportedException($"{name} is compressed in its bundle.");
            found.Add(name, file[offset..(offset + length)]);
        }

        return found;
    }
}
