using System.Runtime.InteropServices;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Peers;

/// <summary>
/// One connection to a SQLite file with one table of keys and values, statements prepared once. A rowid table with a
/// unique index: rows of 1 KiB make a WITHOUT ROWID tree several times slower and larger.
/// </summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private const int LoadBatch = 20_000;

    private readonly IntPtr _database;
    private readonly IntPtr _get;
    private readonly IntPtr _put;

    /// <param name="path">The database file.</param>
    /// <param name="synchronous">OFF, NORMAL or FULL.</param>
    public SqliteConnection(string path, string synchronous)
    {
        Check(SqliteNative.Open(path, out _database, SqliteNative.OpenFlags, IntPtr.Zero));
        Check(SqliteNative.BusyTimeout(_database, 60_000));
        Execute("PRAGMA page_size=4096");
        Execute("PRAGMA journal_mode=WAL");
        Execute($"PRAGMA synchronous={synchronous}");
        Execute("PRAGMA mmap_size=2147418112");
        Execute("PRAGMA cache_size=-262144");
        Execute("PRAGMA temp_store=MEMORY");
        Execute("CREATE TABLE IF NOT EXISTS kv(k BLOB PRIMARY KEY, v BLOB NOT NULL)");
        _get = Prepare("SELECT v FROM kv WHERE k=?1");
        _put = Prepare("INSERT INTO kv(k,v) VALUES(?1,?2) ON CONFLICT(k) DO UPDATE SET v=excluded.v");
    }

    public void Execute(string sql) => Check(SqliteNative.Execute(_database, sql, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero));

    public void Load(KeySpace space, bool ordered)
    {
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        var value = new byte[space.ValueBytes];
        for (int from = 0; from < space.Count; from += LoadBatch)
        {
            Execute("BEGIN");
            for (int i = from; i < Math.Min(space.Count, from + LoadBatch); i++)
            {
                if (ordered)
                    KeySpace.WriteOrderedKey(i, key);
                else
                    space.WriteKey(i, key);
                space.WriteValue(i, value);
                Put(key, value);
            }
            Execute("COMMIT");
        }
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>One put; outside an explicit transaction it is a transaction of its own.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key)
        fixed (byte* valueBytes = value)
        {
            Check(SqliteNative.BindBlob(_put, 1, keyBytes, key.Length, IntPtr.Zero));
            Check(SqliteNative.BindBlob(_put, 2, valueBytes, value.Length, IntPtr.Zero));
            int code = SqliteNative.Step(_put);
            if (code != SqliteNative.Done)
                throw Failure();
            Check(SqliteNative.Reset(_put));
        }
    }

    /// <summary>Starts a get. The value is SQLite's own memory, valid until <see cref="EndGet"/>.</summary>
    public ReadOnlySpan<byte> Get(byte* key, int keyLength)
    {
        Check(SqliteNative.BindBlob(_get, 1, key, keyLength, IntPtr.Zero));
        if (SqliteNative.Step(_get) != SqliteNative.RowReady)
            throw Failure();
        return new(SqliteNative.ColumnBlob(_get, 0), SqliteNative.ColumnBytes(_get, 0));
    }

    public void EndGet() => Check(SqliteNative.Reset(_get));

    public void Dispose()
    {
        _ = SqliteNative.FinalizeStatement(_get);
        _ = SqliteNative.FinalizeStatement(_put);
        Check(SqliteNative.Close(_database));
    }

    private IntPtr Prepare(string sql)
    {
        Check(SqliteNative.Prepare(_database, sql, -1, SqliteNative.PreparePersistent, out IntPtr statement, IntPtr.Zero));
        return statement;
    }

    private void Check(int code)
    {
        if (code != 0)
            throw Failure();
    }

    private InvalidOperationException Failure() =>
        new("SQLite: " + Marshal.PtrToStringUTF8(SqliteNative.ErrorMessage(_database)));
}
