using System.Runtime.InteropServices;

namespace Thermocline.Benchmarks.Peers;

/// <summary>The few calls of liblmdb the benchmarks need.</summary>
internal static unsafe partial class LmdbNative
{
    public const string Library = "liblmdb.so.0";

    public const uint NoSubdirectory = 0x4000;
    public const uint NoSync = 0x10000;
    public const uint ReadOnly = 0x20000;
    public const uint NoThreadLocal = 0x200000;
    public const uint NoReadAhead = 0x800000;
    public const uint Create = 0x40000;
    public const uint Append = 0x20000;
    public const int NotFound = -30798;

    [StructLayout(LayoutKind.Sequential)]
    public struct Value
    {
        public nuint Size;
        public byte* Bytes;
    }

    [LibraryImport(Library, EntryPoint = "mdb_env_create")]
    public static partial int EnvironmentCreate(out IntPtr environment);

    [LibraryImport(Library, EntryPoint = "mdb_env_set_mapsize")]
    public static partial int SetMapSize(IntPtr environment, nuint bytes);

    [LibraryImport(Library, EntryPoint = "mdb_env_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int EnvironmentOpen(IntPtr environment, string path, uint flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mdb_env_sync")]
    public static partial int EnvironmentSync(IntPtr environment, int force);

    [LibraryImport(Library, EntryPoint = "mdb_env_close")]
    public static partial void EnvironmentClose(IntPtr environment);

    [LibraryImport(Library, EntryPoint = "mdb_txn_begin")]
    public static partial int Begin(IntPtr environment, IntPtr parent, uint flags, out IntPtr transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_commit")]
    public static partial int Commit(IntPtr transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_abort")]
    public static partial void Abort(IntPtr transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_reset")]
    [SuppressGCTransition]
    public static partial void Reset(IntPtr transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_renew")]
    [SuppressGCTransition]
    public static partial int Renew(IntPtr transaction);

    [LibraryImport(Library, EntryPoint = "mdb_dbi_open")]
    public static partial int OpenDatabase(IntPtr transaction, byte* name, uint flags, out uint database);

    [LibraryImport(Library, EntryPoint = "mdb_put")]
    public static partial int Put(IntPtr transaction, uint database, Value* key, Value* value, uint flags);

    [LibraryImport(Library, EntryPoint = "mdb_get")]
    [SuppressGCTransition]
    public static partial int Get(IntPtr transaction, uint database, Value* key, Value* value);

    public static void Check(int code, string what)
    {
        if (code != 0)
            throw new InvalidOperationException($"LMDB refused to {what}: code {code}.");
    }
}
