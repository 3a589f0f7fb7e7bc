using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Open;

/// <summary>LMDB: opening maps the file and no more.</summary>
internal sealed class LmdbOpenEngine : IOpenEngine
{
    private const long MapBytes = 8L << 30;

    public void Build(string folder, KeySpace space)
    {
        using var file = new LmdbFile(PathIn(folder), MapBytes);
        file.Load(space, ordered: true);
    }

    public void OpenAndGet(string folder, int index, byte[] value, Action found)
    {
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        KeySpace.WriteOrderedKey(index, key);
        using var file = new LmdbFile(PathIn(folder), MapBytes);
        IntPtr transaction = file.Begin(LmdbNative.ReadOnly);
        file.Get(transaction, key).CopyTo(value);
        LmdbNative.Abort(transaction);
        found();
    }

    private static string PathIn(string folder) => Path.Combine(folder, "lmdb");
}
