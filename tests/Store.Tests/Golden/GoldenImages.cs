using System.Globalization;
using System.Text;
using Thermocline.Store.Files;
using Thermocline.Testing;

namespace Thermocline.Store.Tests.Golden;

/// <summary>
/// What is in the images of the format that are kept under tests/Golden, and how they are made. Everything here is part of
/// them: it must not change once an image is kept.
/// </summary>
internal static class GoldenImages
{
    private const int Count = 120;
    private const int LongCount = 80;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);
    private static readonly string[] Words = ["memory", "segment", "chunk", "cold", "warm", "hot", "write", "read", "key", "of", "the"];

    public static DateTimeOffset Moment { get; } = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Names of the images: raw segments, and packed ones of every level that is not a choice between others.</summary>
    public static IReadOnlyList<string> Names { get; } = ["raw", "packed-off", "packed-fast", "packed-balanced", "packed-max", "packed-dictionary"];

    /// <summary>The records that an image holds, by key in the collection <c>t</c>.</summary>
    public static SortedDictionary<string, GoldenRecord> Records(string name)
    {
        var records = new SortedDictionary<string, GoldenRecord>(StringComparer.Ordinal);
        for (int i = 0; i < Count; i++)
            records[$"text {i:D3}"] = new GoldenRecord(Sentence(i, 30), i % 7 == 0 ? $"metadata {i}" : "", null);
        for (int i = 0; i < Count; i += 10)
            records.Remove($"text {i:D3}");
        for (int i = 0; i < 6; i++)
            records[$"same {i}"] = new GoldenRecord("the same value under several keys, longer than a reference to it, to be stored once", "", null);
        // A dictionary is only made where there is much to learn from.
        for (int i = 0; i < (name == "packed-dictionary" ? LongCount : 0); i++)
            records[$"long {i:D3}"] = new GoldenRecord(Long(i), "", null);
        records["edited"] = new GoldenRecord(Edited(9), "", null);
        records["empty"] = new GoldenRecord("", "", null);
        records["expires"] = new GoldenRecord("one day", "", Moment.AddYears(900));
        records["batch a"] = new GoldenRecord("together", "", null);
        records["batch b"] = new GoldenRecord("with this", "", null);
        return records;
    }

    /// <summary>Makes an image in a folder that does not exist yet.</summary>
    public static async Task MakeAsync(string name, string folder)
    {
        if (Directory.Exists(folder))
            throw new InvalidOperationException($"{folder} exists: images of a released format are never made anew.");
        var time = new ManualTime(Moment);
        var options = Testing.Stores.Small with { SegmentBytes = 4 << 20, Compression = LevelOf(name) };
        using (TieredStore store = TieredStore.Open(options, new DiskFiles(folder), time))
        {
            await FillAsync(store, name, time);
            SpinWait.SpinUntil(() => store.IsSettled, SettleLimit);
            if (name != "raw" && store.Pack(CancellationToken.None) == 0)
                throw new InvalidOperationException("Nothing was packed.");
            bool hasDictionary = store.Status.Packing.Stages.Any(static stage => stage is { Name: "pattern", BytesOut: > 0 });
            if (hasDictionary != (name == "packed-dictionary") || store.Status.DeltaFrames == 0)
                throw new InvalidOperationException("The image does not hold what it is kept for.");
        }

        // The second start packs the last segment too.
        using (TieredStore store = TieredStore.Open(options, new DiskFiles(folder), time))
        {
            if (name != "raw")
                store.Pack(CancellationToken.None);
        }

        File.Delete(Path.Combine(folder, "lock"));
    }

    private static CompressionLevel LevelOf(string name) => name switch
    {
        "packed-fast" => CompressionLevel.Fast,
        "packed-balanced" or "packed-dictionary" => CompressionLevel.Balanced,
        "packed-max" => CompressionLevel.Max,
        _ => CompressionLevel.Off,
    };

    private static async Task FillAsync(TieredStore store, string name, ManualTime time)
    {
        for (int i = 0; i < Count; i++)
        {
            await store.PutAsync($"text {i:D3}", $"older text {i}");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        for (int edit = 0; edit < 10; edit++)
            await store.PutAsync("edited", Edited(edit));
        await store.WriteAsync(new[] { Testing.Stores.Put("batch a", "together"), Testing.Stores.Put("batch b", "with this") });
        foreach ((string key, GoldenRecord record) in Records(name))
        {
            if (key is "edited" or "batch a" or "batch b")
                continue;
            await store.WriteAsync(new WriteOperation
            {
                Key = Testing.Stores.Key(key),
                Value = Encoding.UTF8.GetBytes(record.Value),
                Metadata = Encoding.UTF8.GetBytes(record.Metadata),
                ExpiresAt = record.ExpiresAt,
            });
        }

        for (int i = 0; i < Count; i += 10)
            await store.DeleteAsync($"text {i:D3}");
        await store.PutAsync("over", "gone before anybody looks", default, time.GetUtcNow().AddMilliseconds(1));
    }

    private static string Sentence(int seed, int words)
    {
        // A generator of our own: that of the runtime may change with its version.
        uint state = (uint)(seed * 2654435761L & 0xFFFFFFFF) | 1;
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            text.Append(CultureInfo.InvariantCulture, $"{Words[state % (uint)Words.Length]} ");
        }

        return text.Append(seed).ToString();
    }

    private static string Long(int i) => string.Join('\n', Enumerable.Range(0, 150).Select(line => Sentence((i * 31 + line) % 40, 20)));

    private static string Edited(int edit) => $"{Sentence(1, 60)} {edit} {Sentence(2, 60)}";
}

/// <summary>A record of an image.</summary>
internal sealed record GoldenRecord(string Value, string Metadata, DateTimeOffset? ExpiresAt);
