using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Memory.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>The report of an import as one JSON object.</summary>
internal static class ImportJson
{
    public static string Write(ImportOutcome outcome)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteSummary(json, outcome.Summary);
            WriteFigures(json, outcome);
            WriteList(json, "rejections", outcome.Summary.Rejections);
            WriteList(json, "skipped", outcome.Summary.Skipped);
            if (outcome.Example is { } example)
                WriteExample(json, example);
            if (outcome is { Hot: { } hot, Warm: { } warm })
                WriteTiers(json, hot, warm);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteSummary(Utf8JsonWriter json, ImportSummary summary)
    {
        json.WriteNumber("records", summary.Records);
        json.WriteNumber("alreadyThere", summary.Present);
        json.WriteNumber("rejected", summary.Rejected);
        json.WriteNumber("files", summary.Files);
        json.WriteNumber("filesSkipped", summary.FilesSkipped);
        json.WriteNumber("fileBytes", summary.FileBytes);
        json.WriteNumber("bytesIn", summary.TextBytes);
        json.WriteNumber("contentBytes", summary.ContentBytes);
        json.WriteBoolean("stopped", summary.Stopped);
        json.WriteBoolean("endedAtRejection", summary.EndedAtRejection);
        if (summary.Bounded is { } bound)
            json.WriteString("bounded", bound);
    }

    private static void WriteFigures(Utf8JsonWriter json, ImportOutcome outcome)
    {
        json.WriteBoolean("dryRun", outcome.IsDry);
        if (outcome.AlreadyHeld is { } held)
            json.WriteNumber("alreadyHeld", held);
        if (outcome.OpenedIn is { } opened)
            json.WriteNumber("openMs", Math.Round(opened.TotalMilliseconds, 3));
        if (outcome.StoredBytes is { } stored)
            json.WriteNumber("bytesStored", stored);
        if (outcome.FolderBytes is { } folder)
            json.WriteNumber("folderBytes", folder);
        if (outcome.Ratio is { } ratio)
            json.WriteNumber("ratio", Math.Round(ratio, 4));
        json.WriteNumber("recordsPerSecond", Math.Round(outcome.RecordsPerSecond, 1));
        json.WriteNumber("seconds", Math.Round(outcome.Took.TotalSeconds, 3));
        json.WriteNumber("peakMemoryBytes", outcome.PeakMemoryBytes);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<Rejection> rejections)
    {
        json.WriteStartArray(name);
        foreach (Rejection rejection in rejections)
        {
            json.WriteStartObject();
            json.WriteString("file", rejection.File);
            json.WriteNumber("line", rejection.Line);
            json.WriteNumber("offset", rejection.Offset);
            json.WriteString("reason", rejection.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteExample(Utf8JsonWriter json, ExampleSearch example)
    {
        json.WriteStartObject("example");
        json.WriteString("query", example.Query);
        json.WriteNumber("scanned", example.Scanned);
        json.WriteNumber("matched", example.Matched);
        json.WriteNumber("confidence", example.Confidence);
        json.WriteNumber("latencyMs", Math.Round(example.Took.TotalMilliseconds, 3));
        json.WriteStartArray("hits");
        foreach (ExampleHit hit in example.Hits)
        {
            json.WriteStartObject();
            json.WriteString("id", hit.Id);
            json.WriteNumber("score", hit.Score);
            json.WriteString("tier", hit.Tier);
            json.WriteString("firstLine", hit.FirstLine);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTiers(Utf8JsonWriter json, TierStatus hot, TierStatus warm)
    {
        json.WriteStartObject("tiers");
        WriteTier(json, "hot", hot);
        WriteTier(json, "warm", warm);
        json.WriteEndObject();
    }

    private static void WriteTier(Utf8JsonWriter json, string name, TierStatus tier)
    {
        json.WriteStartObject(name);
        json.WriteNumber("entries", tier.Entries);
        json.WriteNumber("bytes", tier.Bytes);
        json.WriteEndObject();
    }
}
