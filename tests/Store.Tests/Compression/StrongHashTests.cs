using System.Text;
using Thermocline.Store.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Compression;

public sealed class StrongHashTests
{
    [Fact]
    public void It_is_the_first_half_of_the_known_digests()
    {
        // FIPS 180-4 examples: SHA-256 of "abc" and of nothing.
        Assert.Equal(LittleEndian("ba7816bf8f01cfea414140de5dae2223"), StrongHash.Of("abc"u8));
        Assert.Equal(LittleEndian("e3b0c44298fc1c149afbf4c8996fb924"), StrongHash.Of([]));
    }

    [Fact]
    public void Every_byte_counts()
    {
        byte[] value = Encoding.UTF8.GetBytes(new string('a', 300));
        var seen = new HashSet<UInt128> { StrongHash.Of(value), StrongHash.Of(value.AsSpan(1)) };
        for (int i = 0; i < value.Length; i++)
        {
            value[i] = (byte)'b';
            Assert.True(seen.Add(StrongHash.Of(value)));
            value[i] = (byte)'a';
        }
    }

    private static UInt128 LittleEndian(string hex) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(Convert.FromHexString(hex));
}
