using Thermocline.Testing.Crash;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Crash;

public sealed class SelfDescribingValueTests
{
    [Fact]
    public void A_value_names_its_version()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Assert.Equal(seed, SelfDescribingValue.VersionOf("k é", SelfDescribingValue.Make("k é", seed, new Random(seed))));
        }
    }

    [Fact]
    public void Every_flipped_byte_every_cut_and_another_key_are_noticed()
    {
        byte[] value = SelfDescribingValue.Make("key", 12, new Random(3));
        for (int i = 0; i < value.Length; i++)
        {
            byte[] damaged = [.. value];
            damaged[i] ^= 0x10;
            Assert.NotEqual(12, SelfDescribingValue.VersionOf("key", damaged));
            Assert.Null(SelfDescribingValue.VersionOf("key", value.AsSpan(0, i)));
        }

        Assert.Null(SelfDescribingValue.VersionOf("other", value));
        Assert.Null(SelfDescribingValue.VersionOf("key", [.. value, 0]));
    }
}
