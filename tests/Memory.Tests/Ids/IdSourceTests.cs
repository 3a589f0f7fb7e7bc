using Thermocline.Memory.Ids;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Ids;

public sealed class IdSourceTests
{
    [Fact]
    public void Identifiers_rise_within_one_millisecond_and_when_the_clock_goes_back()
    {
        var time = new ManualTime();
        var source = new IdSource(time, new Random(7).NextBytes);
        List<MemoryId> ids = [.. Enumerable.Range(0, 500).Select(_ => source.Next())];
        time.Advance(TimeSpan.FromHours(-1));
        ids.AddRange(Enumerable.Range(0, 500).Select(_ => source.Next()));
        time.Advance(TimeSpan.FromHours(2));
        ids.Add(source.Next());
        for (int i = 1; i < ids.Count; i++)
            Assert.True(ids[i].Value > ids[i - 1].Value);
        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), ids[^1].TimeMs);
    }

    [Fact]
    public void A_full_tail_carries_over_into_the_time()
    {
        var time = new ManualTime();
        var source = new IdSource(time, static span => span.Fill(0xFF));
        MemoryId first = source.Next();
        MemoryId second = source.Next();
        Assert.Equal(first.TimeMs + 1, second.TimeMs);
        Assert.True(second.Value > first.Value);
    }
}
