namespace Thermocline.Benchmarks;

/// <summary>What engines are called in requests to children and in the report.</summary>
internal static class EngineNames
{
    public const string Ours = "thermocline";
    public const string Dictionary = "dictionary";
    public const string Lmdb = "lmdb";
    public const string Sqlite = "sqlite";
    public const string SqliteShared = "sqlite shared connection";
    public const string SqliteOwn = "sqlite connection each";
    public const string Redis = "redis";
}
