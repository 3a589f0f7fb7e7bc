using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Get;
using Thermocline.Benchmarks.Growth;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Open;
using Thermocline.Benchmarks.Put;
using Thermocline.Benchmarks.Redis;

namespace Thermocline.Benchmarks;

/// <summary>Makes the contestant a child process was started for, from the words its parent gave it.</summary>
internal static class ChildCatalogue
{
    public const string Read = "read";
    public const string Put = "put";
    public const string Open = "open";
    public const string Growth = "growth";
    public const string RedisEvents = "redis-events";

    public static IContestant Create(string[] words) => words[0] switch
    {
        Read => new ReadContestant(ReadEngine(words[1], words[2], SpaceOf(words)), SpaceOf(words), Number(words[6])),
        Put => new PutContestant(PutEngine(words[1], words[2]), SpaceOf(words)),
        Open => new OpenContestant(OpenEngine(words[1]), words[2], SpaceOf(words)),
        Growth => new GrowthContestant(words[1], Number(words[2])),
        RedisEvents => new RedisConsumer(words[1], words[2]),
        _ => throw new ArgumentException($"Unknown contestant \"{words[0]}\"."),
    };

    private static IReadEngine ReadEngine(string name, string folder, KeySpace space) => name switch
    {
        EngineNames.Ours => new StoreReadEngine(folder, HotBytesFor(space)),
        EngineNames.Dictionary => new DictionaryReadEngine(),
        EngineNames.Lmdb => new LmdbReadEngine(Path.Combine(folder, "lmdb")),
        EngineNames.Sqlite => new SqliteReadEngine(Path.Combine(folder, "sqlite")),
        _ => throw new ArgumentException($"Unknown engine \"{name}\"."),
    };

    private static IPutEngine PutEngine(string name, string folder) => name switch
    {
        EngineNames.Ours => new StorePutEngine(folder),
        EngineNames.SqliteShared => new SqlitePutEngine(Path.Combine(folder, "sqlite"), sharesConnection: true),
        EngineNames.SqliteOwn => new SqlitePutEngine(Path.Combine(folder, "sqlite"), sharesConnection: false),
        EngineNames.Redis => new RedisPutEngine(folder),
        _ => throw new ArgumentException($"Unknown engine \"{name}\"."),
    };

    private static IOpenEngine OpenEngine(string name) => name switch
    {
        EngineNames.Ours => new StoreOpenEngine(),
        EngineNames.Sqlite => new SqliteOpenEngine(),
        EngineNames.Lmdb => new LmdbOpenEngine(),
        _ => throw new ArgumentException($"Unknown engine \"{name}\"."),
    };

    /// <summary>Room for every record and half as much again: nothing has to leave the hot tier.</summary>
    private static long HotBytesFor(KeySpace space) => Math.Max(64L << 20, (long)space.Count * (space.ValueBytes + 128L) * 3 / 2);

    private static KeySpace SpaceOf(string[] words) =>
        new(ulong.Parse(words[3], CultureInfo.InvariantCulture), Number(words[4]), Number(words[5]));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
