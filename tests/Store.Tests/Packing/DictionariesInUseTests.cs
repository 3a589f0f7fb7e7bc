using System.Globalization;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Packing;

public sealed class DictionariesInUseTests
{
    [Fact]
    public async Task A_trained_dictionary_is_what_small_records_are_packed_with()
    {
        double with = await RatioAsync(trains: true), without = await RatioAsync(trains: false);
        Assert.True(with > without * 1.3, $"{with:0.00} with dictionaries, {without:0.00} without");
    }

    private static async Task<double> RatioAsync(bool trains)
    {
        StoreOptions options = Testing.Stores.Small with { SegmentBytes = 4 << 20, SegmentFrames = 20_000, TrainDictionaries = trains };
        var files = new MemoryFiles();
        using (TieredStore store = TieredStore.Open(options, files, TimeProvider.System))
        {
            for (int i = 0; i < 20_000; i++)
            {
                string number = (i * 7919 % 100_003).ToString(CultureInfo.InvariantCulture);
                await store.PutAsync($"user/{number}",
                    $"{{\"id\":\"{number}\",\"kind\":\"observation\",\"place\":\"station {number[^1]}\",\"temperature\":{number}}}");
            }
        }

        using TieredStore again = TieredStore.Open(options, files, TimeProvider.System);
        Assert.True(again.Pack(CancellationToken.None) > 0);
        return again.Status.Packing.Ratio;
    }
}
