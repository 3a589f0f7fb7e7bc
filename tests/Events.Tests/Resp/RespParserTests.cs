using System.Buffers;
using System.Text;
using Thermocline.Resp;
using Thermocline.Resp.Wire;
using Xunit;

namespace Thermocline.Events.Tests.Resp;

public sealed class RespParserTests
{
    private const int ReplyBytesMax = 1 << 20;

    [Theory]
    [InlineData("+OK\r\n", "Text OK")]
    [InlineData("-ERR no\r\n", "Error ERR no")]
    [InlineData(":-12\r\n", "-12")]
    [InlineData("$3\r\na\r\n\r\n", "Bytes a\r\n")]
    [InlineData("$-1\r\n", "Null")]
    [InlineData("*-1\r\n", "Null")]
    [InlineData("_\r\n", "Null")]
    [InlineData("#t\r\n", "1")]
    [InlineData(",3.5\r\n", "Number 3.5")]
    [InlineData("(123456789012345678901234567890\r\n", "Number 123456789012345678901234567890")]
    [InlineData("!5\r\nERR x\r\n", "Error ERR x")]
    [InlineData("=7\r\ntxt:abc\r\n", "Bytes abc")]
    [InlineData("*0\r\n", "Array[]")]
    [InlineData("*2\r\n:1\r\n*1\r\n$0\r\n\r\n", "Array[1,Array[Bytes ]]")]
    [InlineData("%1\r\n+a\r\n~1\r\n:2\r\n", "Map[Text a,Array[2]]")]
    [InlineData(">1\r\n+x\r\n", "Push[Text x]")]
    public void Every_kind_of_answer_is_read_however_it_is_cut(string wire, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(wire);
        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(expected, Assert.Single(Read([bytes[..cut], bytes[cut..]])));
    }

    [Fact]
    public void Answers_come_out_as_they_went_in_from_pieces_of_any_size()
    {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++)
        {
            var wire = new StringBuilder();
            string[] expected = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Draw(random, wire, 0))];
            Assert.Equal(expected, Read(Pieces(Encoding.UTF8.GetBytes(wire.ToString()), random)));
        }
    }

    [Theory]
    [InlineData("$2147483647\r\n")]
    [InlineData("$9223372036854775807\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$1\r\nabc")]
    [InlineData("*1000000\r\n")]
    [InlineData("*9223372036854775807\r\n")]
    [InlineData("%500000\r\n")]
    [InlineData("*-5\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":12x\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("$00000000000000000000000000000000000000000000000000001")]
    public void Lies_end_the_connection_before_anything_is_made_of_them(string wire)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(wire);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RespException failure = Assert.Throws<RespException>(() => Read([bytes]));
        Assert.Equal(RespFault.Protocol, failure.Fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    [Fact]
    public void Lists_are_nested_so_deep_and_no_deeper()
    {
        string deep = string.Concat(Enumerable.Repeat("*1\r\n", 16)) + ":1\r\n";
        Assert.Single(Read([Encoding.UTF8.GetBytes(deep)]));
        RespException failure = Assert.Throws<RespException>(() => Read([Encoding.UTF8.GetBytes("*1\r\n" + deep)]));
        Assert.Equal(RespFault.Protocol, failure.Fault);
    }

    [Fact]
    public void An_answer_of_many_parts_is_no_longer_than_the_longest()
    {
        string part = $"$100000\r\n{new string('x', 100_000)}\r\n";
        Assert.Throws<RespException>(() => Read([Encoding.UTF8.GetBytes("*20\r\n" + string.Concat(Enumerable.Repeat(part, 20)))]));
        Assert.Equal(20, Read([Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, 20)))]).Count);
    }

    [Fact]
    public void A_line_without_an_end_is_no_answer() =>
        Assert.Throws<RespException>(() => Read([Encoding.UTF8.GetBytes("+" + new string('x', 70_000))]));

    [Fact]
    public void Whatever_comes_is_an_answer_or_a_fault_and_nothing_else()
    {
        var random = new Random(11);
        byte[] likely = "+-:$*%~>_#,(!=\r\n0123456789"u8.ToArray();
        byte[] bytes = new byte[64];
        for (int round = 0; round < 200_000; round++)
        {
            int length = random.Next(bytes.Length);
            for (int index = 0; index < length; index++)
                bytes[index] = random.Next(8) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)];
            try
            {
                Read(Pieces(bytes[..length], random));
            }
            catch (RespException failure)
            {
                Assert.Equal(RespFault.Protocol, failure.Fault);
            }
        }
    }

    private static string Draw(Random random, StringBuilder wire, int depth)
    {
        switch (random.Next(depth > 3 ? 4 : 6))
        {
            case 0:
                wire.Append("+OK\r\n");
                return "Text OK";
            case 1:
                int number = random.Next();
                wire.Append($":{number}\r\n");
                return $"{number}";
            case 2:
                wire.Append("$-1\r\n");
                return "Null";
            case 3:
                string text = new('y', random.Next(300));
                wire.Append($"${text.Length}\r\n{text}\r\n");
                return $"Bytes {text}";
            default:
                int count = random.Next(6);
                wire.Append($"*{count}\r\n");
                return $"Array[{string.Join(',', Enumerable.Range(0, count).Select(_ => Draw(random, wire, depth + 1)))}]";
        }
    }

    private static List<byte[]> Pieces(byte[] bytes, Random random)
    {
        var pieces = new List<byte[]>();
        for (int at = 0; at < bytes.Length;)
        {
            int size = Math.Min(random.Next(1, 20), bytes.Length - at);
            pieces.Add(bytes[at..(at + size)]);
            at += size;
        }

        return pieces;
    }

    // As a pipe gives them: what was not taken, and what came after it.
    private static List<string> Read(IReadOnlyList<byte[]> pieces)
    {
        var parser = new RespParser(ReplyBytesMax);
        var answers = new List<string>();
        byte[] left = [];
        foreach (byte[] piece in pieces)
        {
            var bytes = new ReadOnlySequence<byte>([.. left, .. piece]);
            while (parser.TryRead(ref bytes, out RespValue answer))
                answers.Add(Show(answer));
            left = bytes.ToArray();
        }

        return answers;
    }

    private static string Show(RespValue value)
    {
        switch (value.Kind)
        {
            case RespKind.Null:
                return "Null";
            case RespKind.Whole or RespKind.Boolean:
                return $"{value.Whole}";
            case RespKind.Array or RespKind.Map or RespKind.Push:
                var items = new List<string>();
                foreach (RespValue item in value.Items)
                    items.Add(Show(item));
                return $"{value.Kind}[{string.Join(',', items)}]";
            default:
                return $"{value.Kind} {value.Text}";
        }
    }
}
