using System.Runtime.InteropServices;

namespace Thermocline.Benchmarks.Peers;

/// <summary>The few calls of libsqlite3 the benchmarks need.</summary>
internal static unsafe partial class SqliteNative
{
    public const string Library = "libsqlite3.so.0";

    public const int Done = 101;
    public const int RowReady = 100;

    /// <summary>Read and write, create, and no mutex: each connection is used by one thread at a time.</summary>
    public const int OpenFlags = 0x2 | 0x4 | 0x8000;
    public const uint PreparePersistent = 1;

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out IntPtr database, int flags, IntPtr vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(IntPtr database);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    public static partial int BusyTimeout(IntPtr database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(IntPtr database, string sql, IntPtr callback, IntPtr argument, IntPtr error);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial IntPtr ErrorMessage(IntPtr database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(IntPtr database, string sql, int bytes, uint flags, out IntPtr statement, IntPtr tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int FinalizeStatement(IntPtr statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [SuppressGCTransition]
    public static partial int BindBlob(IntPtr statement, int index, byte* bytes, int length, IntPtr destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(IntPtr statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(IntPtr statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    public static partial byte* ColumnBlob(IntPtr statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    public static partial int ColumnBytes(IntPtr statement, int column);
}
