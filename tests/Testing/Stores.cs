using System.Runtime.CompilerServices;
using System.Text;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>Short forms for tests that use a store.</summary>
public static class Stores
{
    /// <summary>Options with which little data makes many segments and the hot tier is small.</summary>
    public static StoreOptions Small { get; } = new()
    {
        HotBytes = 1 << 20,
        SegmentBytes = 64 << 10,
        SegmentFrames = 256,
        BackgroundPacking = false,
    };

    /// <summary>Opens a store with <see cref="Small"/> options on the given files.</summary>
    public static TieredStore OpenSmall(IFiles files, TimeProvider? time = null) =>
        TieredStore.Open(Small, files, time ?? TimeProvider.System);

    /// <summary>A composed key in the collection <c>t</c>.</summary>
    public static byte[] Key(string key) => Keys.Compose("t", key);

    /// <summary>Puts text under a key.</summary>
    public static ValueTask<WriteAnswer> PutAsync(
        this TieredStore store, string key, string value, Condition condition = default, DateTimeOffset? expiresAt = null) =>
        store.WriteAsync(Put(key, value, condition, expiresAt));

    /// <summary>Deletes a key.</summary>
    public static ValueTask<WriteAnswer> DeleteAsync(this TieredStore store, string key, Condition condition = default) =>
        store.WriteAsync(Delete(key, condition));

    /// <summary>A put, for batches.</summary>
    public static WriteOperation Put(
        string key, string value, Condition condition = default, DateTimeOffset? expiresAt = null) => new()
        {
            Key = Key(key),
            Value = Encoding.UTF8.GetBytes(value),
            Condition = condition,
            ExpiresAt = expiresAt,
        };

    /// <summary>A delete, for batches.</summary>
    public static WriteOperation Delete(string key, Condition condition = default) =>
        new() { Key = Key(key), Delete = true, Condition = condition };

    // Never part of a caller that has handlers with filters, as tests of damage have: decisions/0010.
    /// <summary>The text under a key, or null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string? Text(this TieredStore store, string key)
    {
        using ReadLease lease = store.Read(Key(key));
        return lease.Found ? Encoding.UTF8.GetString(lease.Value) : null;
    }

    /// <summary>The text under a key as a snapshot sees it, or null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string? Text(this StoreSnapshot snapshot, string key)
    {
        using ReadLease lease = snapshot.Read(Key(key));
        return lease.Found ? Encoding.UTF8.GetString(lease.Value) : null;
    }

    /// <summary>All keys of the collection <c>t</c> that start with a prefix, in pages of the given size.</summary>
    public static List<string> List(this TieredStore store, string prefix = "", int pageSize = 100) =>
        Pages((after, limit) => store.List(Key(prefix), after, limit), pageSize);

    /// <summary>The same, as a snapshot sees it.</summary>
    public static List<string> List(this StoreSnapshot snapshot, string prefix = "", int pageSize = 100) =>
        Pages((after, limit) => snapshot.List(Key(prefix), after, limit), pageSize);

    private static List<string> Pages(Func<byte[], int, ListPage> page, int pageSize)
    {
        var all = new List<string>();
        byte[] after = [];
        while (true)
        {
            ListPage read = page(after, pageSize);
            all.AddRange(read.Keys.Select(static key => Encoding.UTF8.GetString(Keys.KeyOf(key))));
            if (!read.More)
                return all;
            after = read.Keys[^1];
        }
    }
}
