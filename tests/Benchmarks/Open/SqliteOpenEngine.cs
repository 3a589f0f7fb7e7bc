using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Open;

/// <summary>SQLite, its log checkpointed and closed.</summary>
internal sealed class SqliteOpenEngine : IOpenEngine
{
    public void Build(string folder, KeySpace space)
    {
        using var connection = new SqliteConnection(PathIn(folder), "OFF");
        connection.Load(space, ordered: true);
    }

    public unsafe void OpenAndGet(string folder, int index, byte[] value, Action found)
    {
        byte* key = stackalloc byte[KeySpace.KeyBytes];
        KeySpace.WriteOrderedKey(index, new(key, KeySpace.KeyBytes));
        using var connection = new SqliteConnection(PathIn(folder), "FULL");
        connection.Get(key, KeySpace.KeyBytes).CopyTo(value);
        connection.EndGet();
        found();
    }

    private static string PathIn(string folder) => Path.Combine(folder, "sqlite");
}
