using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Get;

/// <summary>SQLite, its file in the page cache and mapped, a prepared statement, a connection for each thread.</summary>
internal sealed class SqliteReadEngine(string path) : IReadEngine
{
    public ReadOnlySpan<byte> KeyPrefix => [];

    public void Load(KeySpace space)
    {
        using var connection = new SqliteConnection(path, "OFF");
        connection.Load(space, ordered: false);
    }

    public void Prepare(Lookups lookups)
    {
    }

    public IReader Reader(string mode) => new SqliteReader(path, oneTransaction: mode == IReadEngine.LongMode);

    public void AddFacts(Facts facts) => facts["fileBytes"] = new FileInfo(path).Length;

    public void Dispose()
    {
    }

    private sealed unsafe class SqliteReader : IReader
    {
        private readonly SqliteConnection _connection;

        public SqliteReader(string path, bool oneTransaction)
        {
            _connection = new(path, "NORMAL");
            if (oneTransaction)
                _connection.Execute("BEGIN");
        }

        public long Touch(Lookups lookups, int from, int count)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                ReadOnlySpan<byte> key = lookups.Key(i);
                fixed (byte* bytes = key)
                {
                    sum += _connection.Get(bytes, key.Length)[0];
                    _connection.EndGet();
                }
            }
            return sum;
        }

        public long Copy(Lookups lookups, int from, int count, byte[] destination)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                ReadOnlySpan<byte> key = lookups.Key(i);
                fixed (byte* bytes = key)
                {
                    _connection.Get(bytes, key.Length).CopyTo(destination);
                    sum += destination[0];
                    _connection.EndGet();
                }
            }
            return sum;
        }

        public void Dispose() => _connection.Dispose();
    }
}
