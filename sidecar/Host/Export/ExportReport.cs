using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Export;

/// <summary>The report of an export, for people and for programs.</summary>
internal static class ExportReport
{
    public static string Text(ExportOutcome outcome, ExportOrder order)
    {
        var text = new StringBuilder();
        string records = outcome.Records > 0 || order.Server is null ? $"{outcome.Records:N0} records, " : "";
        Line(text, $"{Heading(outcome, order)} {records}{Quantities.Bytes(outcome.Bytes)} in {Quantities.Time(outcome.Took)}");
        Line(text, $"  format          {ExportNames.Of(order.Selection.Format)}");
        Line(text, $"  moment          {string.Join(", then ", outcome.Sequences)} (sequence number of the last write in it)");
        if (outcome.NewRecords > 0)
            Line(text, $"  speed           {outcome.RecordsPerSecond:N0} records/s");
        Line(text, $"  peak memory     {Quantities.Bytes(outcome.PeakMemoryBytes)}");
        if (outcome.Damaged > 0)
            Line(text, $"  damaged         {outcome.Damaged:N0} records were left out:");
        foreach (string damaged in outcome.DamagedNamed)
            Line(text, $"    {damaged}");
        return text.ToString().TrimEnd();
    }

    public static string Json(ExportOutcome outcome, ExportOrder order)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("file", order.File);
            json.WriteString("format", ExportNames.Of(order.Selection.Format));
            json.WriteNumber("records", outcome.Records);
            json.WriteNumber("newRecords", outcome.NewRecords);
            json.WriteNumber("bytes", outcome.Bytes);
            json.WriteNumber("damaged", outcome.Damaged);
            WriteList(json, "damagedNamed", outcome.DamagedNamed);
            WriteList(json, "moments", outcome.Sequences.Select(each => each.ToString(CultureInfo.InvariantCulture)));
            json.WriteBoolean("stopped", outcome.Stopped);
            json.WriteBoolean("resumable", outcome.CanResume);
            json.WriteBoolean("resumed", outcome.Resumed);
            json.WriteNumber("recordsPerSecond", Math.Round(outcome.RecordsPerSecond, 1));
            json.WriteNumber("seconds", Math.Round(outcome.Took.TotalSeconds, 3));
            json.WriteNumber("peakMemoryBytes", outcome.PeakMemoryBytes);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string Heading(ExportOutcome outcome, ExportOrder order) => outcome switch
    {
        { Stopped: true, CanResume: true } => "Stopped; the same command with --resume goes on. So far exported",
        { Stopped: true } => "Stopped; nothing can be gone on with. So far exported",
        _ => $"Exported to {order.File ?? "standard output"}:",
    };

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
