using System.Buffers;
using System.Text;
using Thermocline.Memory.Export;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Import;
using Thermocline.Memory.Portable;
using Thermocline.Store;
using Thermocline.Testing;

namespace Thermocline.Memory.Tests.Export;

/// <summary>Records of every kind an export can meet.</summary>
internal static class Specimens
{
    public static async Task FillAsync(Place place)
    {
        await PutAsync(place, Keys.Compose("app", "greeting"), "hello"u8.ToArray(), ContentTypeField.Encode("text/plain; charset=utf-8"));
        await PutAsync(place, Keys.Compose("app", "empty"), []);
        await PutAsync(place, Keys.Compose("app", "formula"), "=1+1"u8.ToArray());
        await PutAsync(place, Keys.Compose("app", "binary"), [0, 1, 0xFE, 0xED, 1, 255]);
        await PutAsync(place, Keys.Compose("app", "other metadata"), "x"u8.ToArray(), [9, 8, 7]);
        await PutAsync(place, Keys.Compose("app", "ends"), "soon"u8.ToArray(), expiresAt: place.Time.GetUtcNow().AddDays(2));
        await PutAsync(place, Keys.Compose("app", "lines"), "a\r\nb\t\"quoted\"\u0000\u2028 end"u8.ToArray());
        await PutAsync(place, Keys.Compose("app", "klíč/日本/🌊"), Encoding.UTF8.GetBytes("háček 水 🌊"));
        await PutAsync(place, [3, 0xFF, 0xFE, 0xFD, 0x80], "no names"u8.ToArray());
        await PutAsync(place, [200, 1], "no collection"u8.ToArray());
        await PutAsync(place, Keys.Compose(MemoryKeys.Collection, "not an id"), "odd"u8.ToArray());
        await SaveAsync(place, MemoryDraft.OfText("plain"), 1);
        await SaveAsync(place, MemoryDraft.OfText("everything 🌊\nline two") with
        {
            Type = MemoryDraft.TypeBreakthrough,
            Session = "s-1",
            Context = "while testing",
            Files = ["a.cs", "b,c.cs"],
            Metadata = """{"a":[1,2.50,"é"],"b":{"c":null}}"""u8.ToArray(),
            Significance = new Significance { KnowledgeValue = 0.25, PatternStrength = 1 },
        }, 2);
        await SaveAsync(place, new MemoryDraft { Content = new byte[] { 0, 159, 146, 150 }, IsText = false, Metadata = "{}"u8.ToArray() }, 3);
        await SaveAsync(place, MemoryDraft.OfText("spaced") with { Metadata = "{ \"a\":\n1 }"u8.ToArray() }, 4);
        await SaveAsync(place, MemoryDraft.OfText("no time in the id") with { CreatedAt = place.Time.GetUtcNow(), Id = MemoryId.Of(0, 77) }, 5);
    }

    public static Task PutAsync(Place place, byte[] key, byte[] value, byte[]? metadata = null, DateTimeOffset? expiresAt = null) =>
        place.Store.WriteAsync(new WriteOperation { Key = key, Value = value, Metadata = metadata, ExpiresAt = expiresAt }).AsTask();

    /// <summary>Exports in small pieces, each from a cursor of its own, as interrupted exports do.</summary>
    public static byte[] Export(Place place, ExportSelection selection, int records = int.MaxValue)
    {
        using StoreSnapshot snapshot = place.Store.Snapshot();
        var output = new ArrayBufferWriter<byte>();
        byte[] after = [];
        for (bool more = true; more;)
        {
            var cursor = new ExportCursor(snapshot, selection, after);
            while (more && cursor.Counts.Records < records)
                more = cursor.Fill(output, output.WrittenCount + 1);
            after = cursor.LastKey;
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Imports a file into a place and answers what became of it.</summary>
    public static async Task<ImportSummary> ImportAsync(Place place, byte[] bytes, string name, ImportOptions? options = null)
    {
        using var folder = new TempFolder();
        string file = folder.Combine(name);
        await File.WriteAllBytesAsync(file, bytes);
        return await new ImportRun(new StoreTarget(place.Memories, place.Store), options ?? new ImportOptions(), place.Time)
            .RunAsync(new SourceWalk([file]).Files(), null, CancellationToken.None);
    }

    /// <summary>Everything a store holds, as text that can be compared: key, value, metadata, end.</summary>
    public static List<string> Contents(Place place)
    {
        List<string> all = [];
        foreach (byte[] key in place.Store.List([], [], 10_000).Keys)
        {
            using ReadLease lease = place.Store.Read(key);
            all.Add($"{Convert.ToHexString(key)} {Convert.ToHexString(lease.Value)} {Convert.ToHexString(lease.Metadata)} {lease.ExpiresAtMs}");
        }

        return all;
    }

    private static async Task SaveAsync(Place place, MemoryDraft draft, int number)
    {
        DateTimeOffset created = draft.CreatedAt ?? place.Time.GetUtcNow().AddSeconds(-number);
        var id = MemoryId.Of(created.ToUnixTimeMilliseconds(), (UInt128)number);
        SaveAnswer answer = await place.Memories.SaveAsync(draft with { CreatedAt = created, Id = draft.Id ?? id });
        if (answer.Outcome != SaveOutcome.Saved)
            throw new InvalidOperationException(string.Join("; ", answer.Mistakes));
    }
}
