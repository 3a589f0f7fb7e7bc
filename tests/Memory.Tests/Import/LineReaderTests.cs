using System.Text;
using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "1@0:|")]
    [InlineData("a\r\nb\n\nc", "1@0:a|2@3:b|3@5:|4@6:c|")]
    [InlineData("\uFEFFa\nb\n", "1@3:a|2@5:b|")]
    [InlineData("a\rb", "1@0:a\rb|")]
    public void Lines_carry_their_number_and_offset(string text, string expected) => Assert.Equal(expected, Lines(Place.Utf8(text), 100, 64));

    [Fact]
    public void A_long_line_comes_in_pieces_cut_behind_a_space()
    {
        Assert.Equal("1@0:aaaa bbbb +|1@10:cccc dddd|2@20:e|", Lines("aaaa bbbb cccc dddd\ne"u8.ToArray(), 12, 64));
        Assert.Equal("1@0:aaaaa+|1@5:aaaaa|", Lines("aaaaaaaaaa"u8.ToArray(), 5, 64));
    }

    [Fact]
    public void A_piece_never_ends_inside_a_character()
    {
        foreach (string character in new[] { "é", "語", "🙂" })
        {
            string text = string.Concat(Enumerable.Repeat(character, 100));
            var reader = new LineReader(new MemoryStream(Place.Utf8(text)), 11);
            var joined = new StringBuilder();
            while (reader.TryRead(out Line line))
                joined.Append(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line.Bytes));
            Assert.Equal(text, joined.ToString());
        }
    }

    [Fact]
    public void Any_split_of_the_reads_gives_the_same_lines()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. Enumerable.Range(0, random.Next(200)).Select(_ => (byte)"ab \r\né"[random.Next(5)])];
            string whole = Lines(bytes, 20, int.MaxValue);
            Assert.True(whole == Lines(bytes, 20, 1 + random.Next(7)), $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void A_line_without_end_needs_no_more_than_the_limit()
    {
        var reader = new LineReader(new RepeatStream([], new byte[1000], 100_000, []), 1 << 20);
        long bytes = 0;
        while (reader.TryRead(out Line line))
            bytes += line.Bytes.Length;
        Assert.Equal(100_000_000, bytes);
        Assert.InRange(reader.BufferBytes, 0, (1 << 20) + (64 << 10));
    }

    private static string Lines(byte[] bytes, int lineBytesMax, int most)
    {
        var reader = new LineReader(Reading.Trickle(bytes, most), lineBytesMax);
        var text = new StringBuilder();
        while (reader.TryRead(out Line line))
            text.Append($"{line.Number}@{line.Offset}:{Encoding.UTF8.GetString(line.Bytes)}{(line.IsCut ? "+" : "")}|");
        return text.ToString();
    }
}
