using System.Runtime.InteropServices;
using Thermocline.Testing.Redis;

namespace Thermocline.Benchmarks.Peers;

/// <summary>Which peers this machine has. A peer that is missing is named with the package that brings it, never imitated.</summary>
internal static class Peer
{
    public const string MissingLmdb = "LMDB is not on this machine: apt-get install liblmdb0";
    public const string MissingSqlite = "SQLite is not on this machine: apt-get install libsqlite3-0";
    public const string MissingRedis = RedisServer.Missing;

    public static bool HasLmdb => HasLibrary(LmdbNative.Library);

    public static bool HasSqlite => HasLibrary(SqliteNative.Library);

    public static bool HasRedis => RedisServer.Find() is not null;

    private static bool HasLibrary(string name)
    {
        if (!NativeLibrary.TryLoad(name, out IntPtr handle))
            return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
