using System.Text;
using Thermocline.Memory.Export;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Import;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Memory.Tests.Export;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(ExportFormat.Jsonl, "all.jsonl")]
    [InlineData(ExportFormat.Jsonl, "all.jsonl.renamed.ndjson")]
    [InlineData(ExportFormat.Jsonl, "backup")]
    [InlineData(ExportFormat.Jsonl, "backup.txt")]
    [InlineData(ExportFormat.Jsonl, "backup.json")]
    [InlineData(ExportFormat.V1, "all.v1")]
    [InlineData(ExportFormat.V1, "no-extension")]
    public async Task Every_record_comes_back_as_it_was_and_importing_again_changes_nothing(ExportFormat format, string name)
    {
        using var from = new Place();
        await Specimens.FillAsync(from);
        byte[] exported = Specimens.Export(from, new ExportSelection { Format = format });
        using var to = new Place();
        ImportSummary first = await Specimens.ImportAsync(to, exported, name);
        Assert.Empty(first.Rejections);
        Assert.Equal((16, 0), (first.Records, first.Present));
        Assert.Equal(Specimens.Contents(from), Specimens.Contents(to));
        ImportSummary second = await Specimens.ImportAsync(to, exported, name);
        Assert.Equal((0, 16, 0), (second.Records, second.Present, second.Rejected));
        Assert.Equal(Specimens.Contents(from), Specimens.Contents(to));
    }

    [Theory]
    [InlineData(ExportFormat.Jsonl)]
    [InlineData(ExportFormat.V1)]
    [InlineData(ExportFormat.Csv)]
    public async Task An_export_that_goes_on_behind_its_last_key_is_the_whole_one(ExportFormat format)
    {
        using var place = new Place();
        await Specimens.FillAsync(place);
        var selection = new ExportSelection { Format = format };
        Assert.Equal(Specimens.Export(place, selection), Specimens.Export(place, selection, records: 1));
    }

    [Fact]
    public async Task Random_bytes_and_texts_come_back_in_both_formats()
    {
        using var from = new Place();
        var random = new Random(11);
        for (int i = 0; i < 300; i++)
        {
            byte[] value = new byte[random.Next(0, 2000)];
            random.NextBytes(value);
            if (i % 2 == 0)
                value = Encoding.UTF8.GetBytes(new string([.. value.Select(each => (char)(each * 97 % 0xD800))]));
            byte[] metadata = new byte[random.Next(0, 60)];
            random.NextBytes(metadata);
            await Specimens.PutAsync(from, Keys.Compose($"c{random.Next(0, 9)}", $"{i}"), value, metadata);
        }

        foreach (ExportFormat format in new[] { ExportFormat.Jsonl, ExportFormat.V1 })
        {
            using var to = new Place();
            await Specimens.ImportAsync(to, Specimens.Export(from, new ExportSelection { Format = format }), "random.jsonl");
            Assert.Equal(Specimens.Contents(from), Specimens.Contents(to));
        }
    }

    [Theory]
    [InlineData((byte)'"')]
    [InlineData((byte)1)]
    [InlineData((byte)0xFF)]
    [InlineData((byte)'x')]
    public async Task The_largest_value_comes_back_whatever_it_holds(byte filling)
    {
        using var from = new Place(16 << 20);
        byte[] value = [.. Enumerable.Repeat(filling, 16 << 20)];
        await Specimens.PutAsync(from, Keys.Compose("big", "one"), value);
        foreach (ExportFormat format in new[] { ExportFormat.Jsonl, ExportFormat.V1 })
        {
            using var to = new Place(16 << 20);
            ImportSummary summary = await Specimens.ImportAsync(to, Specimens.Export(from, new ExportSelection { Format = format }), "big.jsonl");
            Assert.Equal((1, 0), (summary.Records, summary.Rejected));
            using ReadLease lease = to.Store.Read(Keys.Compose("big", "one"));
            Assert.True(lease.Value.SequenceEqual(value));
        }
    }

    [Fact]
    public async Task A_record_that_expired_on_the_way_is_named_and_left_out()
    {
        using var from = new Place();
        await Specimens.FillAsync(from);
        byte[] exported = Specimens.Export(from, new ExportSelection());
        using var to = new Place();
        to.Time.Advance(TimeSpan.FromDays(3));
        ImportSummary summary = await Specimens.ImportAsync(to, exported, "late.jsonl");
        Assert.Equal((15, 1), (summary.Records, summary.Rejected));
        Assert.Contains("expired", summary.Rejections[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_already_is_left_as_it_is()
    {
        using var from = new Place();
        await Specimens.FillAsync(from);
        using var to = new Place();
        await Specimens.PutAsync(to, Keys.Compose("app", "greeting"), "mine"u8.ToArray());
        ImportSummary summary = await Specimens.ImportAsync(to, Specimens.Export(from, new ExportSelection()), "a.jsonl");
        Assert.Equal((15, 1), (summary.Records, summary.Present));
        using ReadLease lease = to.Store.Read(Keys.Compose("app", "greeting"));
        Assert.Equal("mine", Encoding.UTF8.GetString(lease.Value));
    }

    [Theory]
    [InlineData("""{"thermocline":2,"collection":"a","key":"k","text":"x"}""", "version 2")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k"}""", "text")]
    [InlineData("""{"thermocline":1,"collection":"","key":"k","text":"x"}""", "collection")]
    [InlineData("""{"thermocline":1,"key":"k","text":"x"}""", "collection")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","base64":"?"}""", "base64")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","text":"x","base64":"eA=="}""", "base64")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","text":"x","txet":"y"}""", "txet")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","text":"\ud800"}""", "surrogate")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","text":"x","expiresAt":"soon"}""", "expiresAt")]
    [InlineData("""{"thermocline":1,"collection":"a","key":"k","text":"x","contentType":"é"}""", "contentType")]
    [InlineData("""{"thermocline":1,"collection":"_memories","key":"k","memory":{"text":"x"}}""", "memory")]
    [InlineData("""{"thermocline":1,"composedKey":"","text":"x"}""", "key")]
    public async Task A_line_that_is_wrong_is_named_and_touches_no_other(string line, string word)
    {
        using var to = new Place();
        byte[] file = Encoding.UTF8.GetBytes($$"""
            {"thermocline":1,"collection":"a","key":"before","text":"1"}
            {{line}}
            {"thermocline":1,"collection":"a","key":"after","text":"2"}
            """);
        ImportSummary summary = await Specimens.ImportAsync(to, file, "bad.jsonl");
        Assert.Equal((2, 1), (summary.Records, summary.Rejected));
        Assert.Equal((2, 61), (summary.Rejections[0].Line, summary.Rejections[0].Offset));
        Assert.Contains(word, summary.Rejections[0].Reason, StringComparison.Ordinal);
        using var stopped = new Place();
        ImportSummary first = await Specimens.ImportAsync(stopped, file, "bad.jsonl", new ImportOptions { StopsAtRejection = true });
        Assert.Equal((1, 1, true), (first.Records, first.Rejected, first.EndedAtRejection));
    }

    [Fact]
    public async Task Filters_choose_by_collection_prefix_and_type()
    {
        using var place = new Place();
        await Specimens.FillAsync(place);
        Assert.Equal(["empty", "ends"], Named(place, new ExportSelection { Collection = "app", Prefix = "e" }));
        Assert.Equal(8, Named(place, new ExportSelection { Collection = "app" }).Count);
        Assert.Single(Named(place, new ExportSelection { Type = MemoryDraft.TypeBreakthrough }));
        Assert.Equal(4, Named(place, new ExportSelection { Type = MemoryDraft.TypeDefault, Collection = MemoryKeys.Collection }).Count);
        Assert.Empty(Named(place, new ExportSelection { Collection = "absent" }));
    }

    [Fact]
    public void Filters_that_make_no_sense_are_named()
    {
        Assert.Equal(["prefix"], new ExportSelection { Prefix = "a" }.Check().Select(mistake => mistake.Path));
        Assert.Equal(["collection"], new ExportSelection { Collection = "" }.Check().Select(mistake => mistake.Path));
        Assert.Equal(["type"], new ExportSelection { Collection = "app", Type = "note" }.Check().Select(mistake => mistake.Path));
        Assert.Empty(new ExportSelection { Type = "note", Prefix = "0" }.Check());
    }

    [Fact]
    public async Task An_export_shows_one_moment_whatever_is_written_meanwhile()
    {
        using var place = new Place();
        await Specimens.FillAsync(place);
        byte[] before = Specimens.Export(place, new ExportSelection());
        using StoreSnapshot snapshot = place.Store.Snapshot();
        var cursor = new ExportCursor(snapshot, new ExportSelection(), ReadOnlyMemory<byte>.Empty);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        for (int i = 0; cursor.Fill(output, output.WrittenCount + 1); i++)
        {
            await Specimens.PutAsync(place, Keys.Compose("app", "greeting"), Encoding.UTF8.GetBytes($"changed {i}"));
            await Specimens.PutAsync(place, Keys.Compose("zzz", $"{i}"), "new"u8.ToArray());
        }

        Assert.Equal(before, output.WrittenSpan.ToArray());
    }

    private static List<string> Named(Place place, ExportSelection selection) =>
        [.. Encoding.UTF8.GetString(Specimens.Export(place, selection)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!)];
}
