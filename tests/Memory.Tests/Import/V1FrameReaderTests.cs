using System.Buffers.Binary;
using System.Text;
using Thermocline.Memory.Import;
using Thermocline.Memory.Portable;
using Thermocline.Memory.Tests.Export;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class V1FrameReaderTests
{
    private const long Noon = 1_767_268_800_000;

    [Fact]
    public void A_frame_of_another_system_becomes_a_memory_and_nothing_of_it_is_dropped()
    {
        byte[] file = Frame("a1b2c3d4e5f60718", Noon, "the port was taken", """{"type":"note","session":"s","n":[1,2]}""");
        SourceItem item = Assert.Single(Read(file));
        Assert.Equal("the port was taken", item.Text());
        Assert.Equal(("note", "s"), (item.Draft!.Type, item.Draft.Session));
        Assert.Equal(Noon, item.Draft.CreatedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal("""{"id":"a1b2c3d4e5f60718","n":[1,2]}""", item.Metadata());
    }

    [Theory]
    [InlineData("", """{"id":"x"}""")]
    [InlineData("{}", """{"id":"x"}""")]
    [InlineData("""{"timestamp":5,"text":"other"}""", """{"id":"x","timestamp":5,"text":"other"}""")]
    [InlineData("""{"id":"y"}""", """{"id":"x","metadata":{"id":"y"}}""")]
    [InlineData("""{"metadata":{"a":1}}""", """{"id":"x","metadata":{"metadata":{"a":1}}}""")]
    public void Metadata_that_would_be_taken_for_something_else_stays_metadata(string metadata, string expected)
    {
        SourceItem item = Assert.Single(Read(Frame("x", Noon, "text", metadata)));
        Assert.Equal("text", item.Text());
        Assert.Equal(Noon, item.Draft!.CreatedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(expected, item.Metadata());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_time_beyond_the_calendar_is_kept_as_metadata(long timeMs)
    {
        SourceItem item = Assert.Single(Read(Frame("x", timeMs, "text", "")));
        Assert.Null(item.Draft!.CreatedAt);
        Assert.Contains($"\"timestamp\":{timeMs}", item.Metadata(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_damage_costs_its_own_frame_alone_and_is_named_with_its_offset()
    {
        byte[] good = Frame("good", Noon, "good", "{}");
        byte[] other = Frame("also", Noon, "also good", "{}");
        foreach ((byte[] bad, string word) in Damaged())
        {
            List<SourceItem> items = Read([.. good, .. bad, .. other, .. good]);
            Assert.Equal(["good", "also good", "good"], items.Where(item => item.Draft is not null).Select(item => item.Text()));
            SourceItem rejected = Assert.Single(items, item => item.Draft is null);
            Assert.Equal(good.Length, rejected.Offset);
            Assert.Contains(word, rejected.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_gives_the_frames_before_the_cut_and_names_it()
    {
        byte[] first = Frame("1", Noon, "first", "{}");
        byte[] second = Frame("2", Noon, "second", """{"a":1}""");
        for (int cut = 1; cut < second.Length; cut++)
        {
            List<SourceItem> items = Read([.. first, .. second[..cut]]);
            Assert.Equal(["first"], items.Where(item => item.Draft is not null).Select(item => item.Text()));
            Assert.Equal(first.Length, items[1].Offset);
            Assert.Contains("ends inside a frame", items[1].Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_one_changed_byte_costs_one_frame_and_no_more()
    {
        byte[][] frames = [.. Enumerable.Range(0, 3).Select(i => Frame($"{i}", Noon + i, $"frame {i}", """{"k":"v"}"""))];
        byte[] file = [.. frames.SelectMany(frame => frame)];
        for (int at = 0; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 0x55;
            int hit = at / frames[0].Length;
            List<SourceItem> items = Read(changed);
            Assert.Equal(
                Enumerable.Range(0, 3).Where(i => i != hit).Select(i => $"frame {i}"),
                items.Where(item => item.Draft is not null).Select(item => item.Text()));
            Assert.Equal(hit * frames[0].Length, Assert.Single(items, item => item.Draft is null).Offset);
        }
    }

    [Fact]
    public void Noise_ends_and_holds_no_more_than_one_frame()
    {
        var random = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            byte[] noise = new byte[random.Next(1, 20_000)];
            random.NextBytes(noise);
            for (int i = 0; i + 3 < noise.Length; i += random.Next(3, 400))
                ((byte[])[0xFE, 0xED, 1, 0, 0]).AsSpan(0, Math.Min(5, noise.Length - i)).CopyTo(noise.AsSpan(i));
            Assert.All(Read(noise), item => Assert.Null(item.Draft));
        }
    }

    [Fact]
    public void A_length_that_is_a_lie_makes_no_room()
    {
        byte[] frame = Frame("x", Noon, "text", "{}");
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(V1Frame.HeadBytes + 1 + 8), V1Frame.ContentBytesMax);
        var reader = new V1FrameReader(new MemoryStream(frame));
        Assert.True(reader.TryRead(out SourceItem item));
        Assert.Contains("ends inside a frame", item.Reason, StringComparison.Ordinal);
        Assert.True(reader.BufferBytes <= 128 << 10, $"{reader.BufferBytes}");
    }

    [Fact]
    public void A_file_made_to_waste_time_is_given_up_and_says_so()
    {
        // Every 32 bytes a head claims 16 MiB of content that are there, and the zeros behind them are taken for an empty
        // metadata and a wrong checksum: to compute them all would take hours.
        var file = new byte[40 << 20];
        ReadOnlySpan<byte> head = [0xFE, 0xED, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4];
        for (int at = 0; at + 32 <= file.Length; at += 32)
            head.CopyTo(file.AsSpan(at));
        SourceItem item = Assert.Single(Read(file));
        Assert.Contains("given up", item.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_known_by_its_first_bytes_and_importing_again_changes_nothing()
    {
        using var place = new Place();
        byte[] file = [.. Enumerable.Range(0, 2500).SelectMany(i => Frame($"{i:x16}", Noon + i, $"memory {i}", "{}"))];
        ImportSummary first = await Specimens.ImportAsync(place, file, "frames.bin");
        Assert.Equal((2500, 0, 0), (first.Records, first.Rejected, first.FilesSkipped));
        Assert.Equal(10, (await place.SearchAsync("memory")).Count);
        byte[] damagedFirst = [0, .. file[1..]];
        Assert.Equal(1, (await Specimens.ImportAsync(place, damagedFirst, "frames.bin")).FilesSkipped);
        ImportSummary told = await Specimens.ImportAsync(place, damagedFirst, "frames.bin", new ImportOptions { Format = SourceFormat.V1 });
        Assert.Equal((2499, 1), (told.Records + told.Present, told.Rejected));
    }

    private static IEnumerable<(byte[] Bytes, string Word)> Damaged()
    {
        byte[] frame = Frame("victim", Noon, "content", """{"a":1}""");
        byte[] crc = [.. frame];
        crc[^1] ^= 1;
        yield return (crc, "checksum");
        byte[] version = [.. frame];
        version[2] = 2;
        yield return (version, "version 2");
        byte[] magic = [.. frame];
        magic[0] = 0;
        yield return (magic, "begins with FE ED");
        byte[] giant = [.. frame];
        giant.AsSpan(3, 4).Fill(0xFF);
        yield return (giant, "4,294,967,295");
        byte[] content = [.. frame];
        content.AsSpan(V1Frame.HeadBytes + 6 + 8, 4).Fill(0x7F);
        yield return (content, "its content has");
        yield return (Frame("v", Noon, [0xC3, 0x28], "{}"u8.ToArray()), "content is not valid UTF-8");
        yield return (Frame("v", Noon, "x"u8.ToArray(), [0xFF]), "metadata is not valid UTF-8");
        yield return (Frame("v", Noon, "x", "{nope"), "not valid JSON");
        yield return (Frame("v", Noon, "x", "[1]"), "no JSON object");
        yield return (Frame("v", Noon, "x", """{"a":"\ud800"}"""), "surrogate");
        yield return (Frame("v", Noon, "x", """{"private":true}"""), "encryption");
        yield return (Frame("v", Noon, "?", """{"thermocline":1,"collection":"a","key":"k","encoding":"base64"}"""), "base 64");
        yield return (frame[..20], "its content has");
    }

    private static byte[] Frame(string id, long timeMs, string content, string metadata) =>
        Frame(id, timeMs, Encoding.UTF8.GetBytes(content), Encoding.UTF8.GetBytes(metadata));

    private static byte[] Frame(string id, long timeMs, byte[] content, byte[] metadata)
    {
        byte[] name = Encoding.UTF8.GetBytes(id);
        var frame = new byte[V1Frame.Size(name.Length, content.Length, metadata.Length)];
        content.CopyTo(V1Frame.Lay(frame, name, timeMs, metadata));
        V1Frame.Seal(frame);
        return frame;
    }

    private static List<SourceItem> Read(byte[] file) => new V1FrameReader(new MemoryStream(file)).All();
}
