using System.Globalization;
using System.Text;
using Thermocline.Memory.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>The report of an import, for people.</summary>
internal static class ImportReport
{
    private const int FirstLineChars = 100;

    public static string Write(ImportOutcome outcome, ImportOrder order)
    {
        var text = new StringBuilder();
        if (outcome.AlreadyHeld is { } held)
            Line(text, $"{order.Folder} already holds {held:N0} records (opened in {Quantities.Time(outcome.OpenedIn!.Value)}): nothing was imported.");
        else
            WriteSummary(text, outcome);
        if (outcome.Example is { } example)
            WriteExample(text, example);
        if (order.ShowsExample && outcome is { Hot: { } hot, Warm: { } warm })
            WriteTiers(text, hot, warm);
        return text.ToString().TrimEnd();
    }

    private static void WriteSummary(StringBuilder text, ImportOutcome outcome)
    {
        ImportSummary summary = outcome.Summary;
        Line(text, $"{Heading(outcome)} {summary.Records:N0} records from {summary.Files:N0} files in {Quantities.Time(outcome.Took)}");
        Line(text, $"  already there   {summary.Present:N0}");
        Line(text, $"  rejected        {summary.Rejected:N0}");
        Line(text, $"  files left out  {summary.FilesSkipped:N0} that hold no UTF-8 text");
        Line(text, $"  bytes in        {Quantities.Bytes(summary.TextBytes)} of text, read from {Quantities.Bytes(summary.FileBytes)} of files");
        if (outcome.StoredBytes is { } stored)
            Line(text, $"  bytes stored    {Quantities.Bytes(stored)} on disk");
        if (outcome.Ratio is { } ratio)
            Line(text, $"  ratio           {ratio:0.00} bytes of content for each byte stored");
        Line(text, $"  speed           {outcome.RecordsPerSecond:N0} records/s");
        Line(text, $"  peak memory     {Quantities.Bytes(outcome.PeakMemoryBytes)}");
        if (summary.Bounded is { } bound)
            Line(text, $"  not all read    {bound}");
        WriteList(text, "Rejected", summary.Rejections, summary.Rejected);
    }

    private static string Heading(ImportOutcome outcome) => outcome switch
    {
        { Summary.EndedAtRejection: true } => "Ended at the first record that could not be read. Until then imported",
        { Summary.Stopped: true } => "Stopped; run it again to go on. So far imported",
        { IsDry: true } => "A dry run: nothing was written. Would import",
        _ => "Imported",
    };

    private static void WriteList(StringBuilder text, string heading, IReadOnlyList<Rejection> rejections, long all)
    {
        if (rejections.Count == 0)
            return;
        Line(text, $"{heading}{(all > rejections.Count ? $", the first {rejections.Count} of {all:N0}" : "")}:");
        foreach (Rejection rejection in rejections)
        {
            string place = rejection.Line > 0 ? $":{rejection.Line} (byte {rejection.Offset})" : "";
            Line(text, $"  {rejection.File}{place}: {rejection.Reason}");
        }
    }

    private static void WriteExample(StringBuilder text, ExampleSearch example)
    {
        text.Append('\n');
        Line(text, $"Example search: {example.Query}");
        Line(text, $"  {example.Matched:N0} of {example.Scanned:N0} memories match; {Quantities.Time(example.Took)}, confidence {example.Confidence:0.00}");
        foreach (ExampleHit hit in example.Hits)
            Line(text, $"  {hit.Score,7:0.00}  {hit.Tier,-4}  {hit.Id}  {Shorten(hit.FirstLine)}");
    }

    private static void WriteTiers(StringBuilder text, TierStatus hot, TierStatus warm)
    {
        text.Append('\n');
        Line(text, $"{"TIER",-6}{"ENTRIES",14}{"BYTES",14}{"LIMIT",14}");
        Line(text, $"{"hot",-6}{hot.Entries,14:N0}{Quantities.Bytes(hot.Bytes),14}{Quantities.Bytes(hot.Limit),14}");
        Line(text, $"{"warm",-6}{warm.Entries,14:N0}{Quantities.Bytes(warm.Bytes),14}{"-",14}");
    }

    private static string Shorten(string line) => line.Length <= FirstLineChars ? line : line[..FirstLineChars] + "…";

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
