using System.Text;
using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>The report of an optimisation for people.</summary>
internal static class OptimizeText
{
    public static string Write(OptimizeReport report, PruneRules rules)
    {
        var text = new StringBuilder();
        Line(text, $"{(report.DryRun ? "Dry run, nothing was changed" : "Done")} in {Quantities.Time(TimeSpan.FromSeconds(report.Seconds))}");
        Row(text, "looked at", report.Scanned, report.ScannedBytes);
        if (rules.WrittenBefore is not null)
            Row(text, "old enough", report.Old, report.OldBytes);
        if (rules.SignificanceBelow is not null)
            Row(text, "minor enough", report.Minor, report.MinorBytes);
        if (rules.ChooseAny)
            Row(text, report.DryRun ? "would be deleted" : "chosen", report.Chosen, report.ChosenBytes);
        if (report.Deleted + report.Left > 0)
            Line(text, $"  {"deleted",-18}{report.Deleted,14:N0} records; {report.Left:N0} were written meanwhile and stay");
        if (report.Unreadable > 0)
            Line(text, $"  {"unreadable",-18}{report.Unreadable,14:N0} records, left as they are: damaged, or in a cold store that is away");
        if (report.Expired > 0)
            Line(text, $"  {"expired",-18}{report.Expired,14:N0} records whose space packing gives back");
        Line(text, $"  {"not packed",-18}{report.UnpackedSegments,14:N0} segments, the open one included");
        if (!report.DryRun)
        {
            Line(text, $"  {"packed",-18}{report.Packed,14:N0} segments made; "
                + $"{Quantities.Bytes(report.FileBytesBefore)} → {Quantities.Bytes(report.FileBytesAfter)} on disk");
        }

        return text.ToString().TrimEnd();
    }

    private static void Row(StringBuilder text, string name, long records, long bytes) =>
        Line(text, $"  {name,-18}{records,14:N0} records {Quantities.Bytes(bytes),12}");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
