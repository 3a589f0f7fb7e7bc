using System.Text;
using Thermocline.Memory.Portable;
using Xunit;

namespace Thermocline.Memory.Tests.Portable;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Known_texts_have_their_known_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_tables_agree_with_the_definition_bit_by_bit_wherever_the_bytes_are_cut()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(0, 100)];
            random.NextBytes(bytes);
            uint expected = BitByBit(bytes);
            Assert.Equal(expected, Crc32.Of(bytes));
            int cut = random.Next(0, bytes.Length + 1);
            Assert.Equal(expected, Crc32.Append(Crc32.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }

    private static uint BitByBit(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
