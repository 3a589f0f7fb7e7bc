using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Store;
using Thermocline.Store.Cold;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>A data folder most of whose records live in a cold store alone.</summary>
internal static class SunkenStore
{
    public const int Records = 600;

    /// <summary>What every memory of it holds.</summary>
    public const string Text = "the wreck lies below the thermocline";

    /// <summary>Path of a record that lives in the cold store alone.</summary>
    public static string PathOf(int i) => "/v1/kv/t/" + KeyOf(i);

    /// <summary>Path of a record that is on the local disk.</summary>
    public const string LocalPath = "/v1/kv/t/near";

    private const int RoundsMax = 1000;

    public static string ValueOf(int i) => $"value {i} " + new string((char)('a' + (i % 26)), 100 + (i % 300));

    /// <summary>Makes it; answers the identifier of a memory that lives in the cold store alone too.</summary>
    public static async Task<string> MakeAsync(string folder, IColdStore cold)
    {
        var time = new ManualTime();
        StoreOptions options = Stores.Small with { Cold = new ColdOptions { Background = false } };
        using TieredStore store = TieredStore.Open(options, new DiskFiles(folder), time, cold);
        using var memories = new Memories(store, time, new IdSource(time, RandomNumberGenerator.Fill), 1 << 20);
        SaveAnswer saved = await memories.SaveAsync(new MemoryDraft { Content = Encoding.UTF8.GetBytes(Text) });
        for (int i = 0; i < Records; i++)
            await store.PutAsync(KeyOf(i), ValueOf(i));
        await FillAsync(store, "filler");
        store.Pack(CancellationToken.None);
        await store.ShipAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromDays(40));
        // The sealer works in the background: what it has not sealed yet is packed and shipped in a later round.
        for (int i = 0; i < RoundsMax && (i < 3 || store.Status.Cold!.ColdRecords < Records); i++)
        {
            store.Pack(CancellationToken.None);
            await store.ShipAsync(CancellationToken.None);
        }

        await store.PutAsync("near", "here");
        await store.ShipAsync(CancellationToken.None);
        Assert.True(store.Status.Cold!.ColdRecords >= Records, $"{store.Status.Cold.ColdRecords} records are cold");
        store.Close();
        return saved.Memories[0].Id.ToString();
    }

    private static string KeyOf(int i) => "key" + i.ToString("D5", CultureInfo.InvariantCulture);

    private static async Task FillAsync(TieredStore store, string name)
    {
        for (int i = 0; i < 300; i++)
            await store.PutAsync($"{name}{i}", ValueOf(i));
    }
}
