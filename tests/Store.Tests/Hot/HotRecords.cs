using System.Text;
using Thermocline.Store.Tests.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Hot;

/// <summary>Records of many kinds, what was acknowledged of them, and whether a store still says so.</summary>
internal sealed class HotRecords
{
    private readonly Dictionary<string, Written> _written = [];

    public IEnumerable<string> Names => _written.Keys;

    /// <summary>Text that compresses to about a third of its length.</summary>
    public static byte[] Text(int seed, int length = 700) => Samples.Of("json", length, new Random(seed));

    public async Task PutAsync(TieredStore store, string key, byte[] value, byte[]? metadata = null, DateTimeOffset? end = null)
    {
        WriteAnswer answer = await store.WriteAsync(new WriteOperation
        {
            Key = Testing.Stores.Key(key),
            Value = value,
            Metadata = metadata,
            ExpiresAt = end,
        });
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
        using ReadLease lease = store.Read(Testing.Stores.Key(key));
        _written[key] = new Written(value, metadata ?? [], answer.Sequence, lease.WrittenAtMs, end?.ToUnixTimeMilliseconds() ?? 0);
    }

    public async Task FillAsync(TieredStore store, int count, int length = 700)
    {
        for (int i = 0; i < count; i++)
            await PutAsync(store, $"key {i}", Text(i, length), Encoding.UTF8.GetBytes($"metadata {i % 7}"));
    }

    public async Task DeleteAsync(TieredStore store, string key)
    {
        WriteOperation delete = Testing.Stores.Delete(key);
        Assert.Equal(WriteOutcome.Done, (await store.WriteAsync(delete)).Outcome);
        _written.Remove(key);
    }

    /// <summary>Compares every bit of every record, and returns how many were answered from RAM.</summary>
    public int Check(TieredStore store) => _written.Keys.Count(key => Check(store, key) == Tier.Hot);

    public Tier Check(TieredStore store, string key)
    {
        Written expected = _written[key];
        byte[] composed = Testing.Stores.Key(key);
        using ReadLease lease = store.Read(composed);
        Assert.True(lease.Found, key);
        Assert.True(lease.Value.SequenceEqual(expected.Value), key);
        Assert.True(lease.Metadata.SequenceEqual(expected.Metadata), key);
        Assert.True(lease.Key.SequenceEqual(composed), key);
        Assert.Equal(expected.Sequence, lease.Sequence);
        Assert.Equal(expected.WrittenAtMs, lease.WrittenAtMs);
        Assert.Equal(expected.EndMs, lease.ExpiresAtMs);
        return lease.Tier;
    }

    private sealed record Written(byte[] Value, byte[] Metadata, ulong Sequence, long WrittenAtMs, long EndMs);
}
