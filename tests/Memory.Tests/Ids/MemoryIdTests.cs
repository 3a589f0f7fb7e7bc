using Thermocline.Memory.Ids;
using Xunit;

namespace Thermocline.Memory.Tests.Ids;

public sealed class MemoryIdTests
{
    [Fact]
    public void Text_and_back_gives_the_same_identifier()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var bytes = new byte[16];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            MemoryId id = MemoryId.Of(random.NextInt64(MemoryId.TimeMsMax + 1), BitConverter.ToUInt128(bytes));
            string text = id.ToString();
            Assert.Equal(26, text.Length);
            Assert.True(MemoryId.TryParse(text, out MemoryId read), $"seed {Seed}, {text}");
            Assert.Equal(id, read);
            Assert.True(MemoryId.TryParse(text.ToLowerInvariant(), out read));
            Assert.Equal(id, read);
        }
    }

    [Fact]
    public void Texts_sort_like_times()
    {
        string[] texts = [.. new long[] { 0, 1, 31, 32, 1_700_000_000_000, MemoryId.TimeMsMax }.Select(ms => MemoryId.Of(ms, UInt128.MaxValue).ToString())];
        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
        Assert.Equal("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", texts[^1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01J0000000000000000000000")]
    [InlineData("01J000000000000000000000000")]
    [InlineData("81J00000000000000000000000")]
    [InlineData("01J0000000000000000000000U")]
    [InlineData("01J0000000000000000000000-")]
    [InlineData("01J0000000000000000000000é")]
    [InlineData("../../../../../etc/passwd0")]
    public void What_is_no_identifier_is_refused(string text) => Assert.False(MemoryId.TryParse(text, out _));

    [Fact]
    public void A_key_gives_its_identifier_back()
    {
        MemoryId id = MemoryId.Of(1_700_000_000_000, 12345);
        Assert.True(MemoryKeys.TryRead(MemoryKeys.Of(id), out MemoryId read));
        Assert.Equal(id, read);
        Assert.False(MemoryKeys.TryRead(MemoryKeys.Of(id).AsSpan()[..^1], out _));
    }
}
