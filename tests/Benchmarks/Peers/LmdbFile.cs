using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Peers;

/// <summary>One LMDB file with one unnamed database.</summary>
internal sealed unsafe class LmdbFile : IDisposable
{
    private const int LoadBatch = 10_000;

    private readonly IntPtr _environment;

    public LmdbFile(string path, long mapBytes)
    {
        LmdbNative.Check(LmdbNative.EnvironmentCreate(out _environment), "create an environment");
        LmdbNative.Check(LmdbNative.SetMapSize(_environment, (nuint)mapBytes), "set the map size");
        // Syncs are off while loading only: reads, which are what is measured, do not sync.
        uint flags = LmdbNative.NoSubdirectory | LmdbNative.NoThreadLocal | LmdbNative.NoReadAhead | LmdbNative.NoSync;
        LmdbNative.Check(LmdbNative.EnvironmentOpen(_environment, path, flags, 0x1A4), "open");
        IntPtr transaction = Begin(0);
        LmdbNative.Check(LmdbNative.OpenDatabase(transaction, null, LmdbNative.Create, out uint database), "open the database");
        LmdbNative.Check(LmdbNative.Commit(transaction), "commit");
        Database = database;
    }

    public uint Database { get; }

    public IntPtr Begin(uint flags)
    {
        LmdbNative.Check(LmdbNative.Begin(_environment, IntPtr.Zero, flags, out IntPtr transaction), "begin");
        return transaction;
    }

    /// <summary>Puts every key, in batches of one transaction each.</summary>
    /// <param name="space">Keys and values.</param>
    /// <param name="ordered">Keys that sort by their number, appended; otherwise the scrambled keys.</param>
    public void Load(KeySpace space, bool ordered)
    {
        byte* key = stackalloc byte[KeySpace.KeyBytes];
        var value = new byte[space.ValueBytes];
        for (int from = 0; from < space.Count; from += LoadBatch)
        {
            IntPtr transaction = Begin(0);
            for (int i = from; i < Math.Min(space.Count, from + LoadBatch); i++)
            {
                var keySpan = new Span<byte>(key, KeySpace.KeyBytes);
                if (ordered)
                    KeySpace.WriteOrderedKey(i, keySpan);
                else
                    space.WriteKey(i, keySpan);
                space.WriteValue(i, value);
                Put(transaction, keySpan, value, ordered ? LmdbNative.Append : 0);
            }
            LmdbNative.Check(LmdbNative.Commit(transaction), "commit");
        }
        LmdbNative.Check(LmdbNative.EnvironmentSync(_environment, 1), "sync");
    }

    /// <summary>Puts records in one transaction.</summary>
    public void Load(IReadOnlyList<(byte[] Key, byte[] Value)> records)
    {
        IntPtr transaction = Begin(0);
        foreach ((byte[] key, byte[] value) in records)
            Put(transaction, key, value, 0);
        LmdbNative.Check(LmdbNative.Commit(transaction), "commit");
        LmdbNative.Check(LmdbNative.EnvironmentSync(_environment, 1), "sync");
    }

    /// <summary>The value inside the map: valid until the transaction ends.</summary>
    public ReadOnlySpan<byte> Get(IntPtr transaction, ReadOnlySpan<byte> key)
    {
        fixed (byte* bytes = key)
        {
            var keyValue = new LmdbNative.Value { Size = (nuint)key.Length, Bytes = bytes };
            LmdbNative.Value value;
            LmdbNative.Check(LmdbNative.Get(transaction, Database, &keyValue, &value), "get");
            return new(value.Bytes, (int)value.Size);
        }
    }

    public void Dispose() => LmdbNative.EnvironmentClose(_environment);

    private void Put(IntPtr transaction, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, uint flags)
    {
        fixed (byte* keyBytes = key)
        fixed (byte* valueBytes = value)
        {
            var keyValue = new LmdbNative.Value { Size = (nuint)key.Length, Bytes = keyBytes };
            var valueValue = new LmdbNative.Value { Size = (nuint)value.Length, Bytes = valueBytes };
            LmdbNative.Check(LmdbNative.Put(transaction, Database, &keyValue, &valueValue, flags), "put");
        }
    }
}
