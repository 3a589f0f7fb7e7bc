using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

public sealed class HotTuningTests
{
    [Fact]
    public async Task The_hot_tier_shrinks_to_what_is_used_again_and_grows_when_more_is()
    {
        using TieredStore store = TieredStore.Open(
            Testing.Stores.Small with { HotBytes = 32 << 20, AutoTuneHot = true, SegmentBytes = 8 << 20, SegmentFrames = 65_536 },
            new MemoryFiles(), TimeProvider.System);
        const int Keys = 20_000;
        string value = new('v', 1_000);
        for (int i = 0; i < Keys; i++)
            await store.PutAsync($"key {i}", value);
        Read(store, 1_000, 60);
        HotTuningStatus small = store.Memory.TuneHot();
        Assert.InRange(small.Bytes, 4 << 20, 8 << 20);
        Assert.Contains("hit ratio", small.Why, StringComparison.Ordinal);
        Assert.True(store.Status.Hot.Bytes <= small.Bytes);
        for (int round = 0; round < 6; round++)
        {
            Read(store, 16_000, 3);
            store.Memory.TuneHot();
        }

        HotTuningStatus large = store.Status.HotTuning;
        Assert.InRange(large.Bytes, 14 << 20, 32 << 20);
        store.Memory.HotBytes = 8 << 20;
        Assert.True(store.Status.Hot.Bytes <= 8 << 20);
    }

    private static void Read(TieredStore store, int keys, int times)
    {
        for (int time = 0; time < times; time++)
        {
            for (int i = 0; i < keys; i++)
                Assert.NotNull(store.Text($"key {i}"));
        }
    }
}
