using System.Text;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Commands;

/// <summary>Memory, compression and the cold store for people.</summary>
internal static class StatusSections
{
    private const int ActionsShown = 5;

    public static void Pressure(StringBuilder text, PressureReport report)
    {
        Line(text, $"Memory: {report.State}, {Quantities.Bytes(report.UsedBytes)} of {Quantities.Bytes(report.LimitBytes)} "
            + $"(marks at {Quantities.Bytes(report.HighBytes)} and {Quantities.Bytes(report.CriticalBytes)}), "
            + $"{Quantities.Bytes(report.Memory.UnexplainedBytes)} unexplained");
        if (report.RefusingWrites)
            Line(text, $"  REFUSING WRITES, {report.RefusedWrites:N0} so far");
        if (report.Culprit is { } culprit)
            Line(text, $"  {culprit}");
        foreach (PressureAction action in report.Actions.TakeLast(ActionsShown))
        {
            Line(text, $"  {action.Time.UtcDateTime:HH:mm:ss}Z {action.Step,-14}{Quantities.Bytes(action.FreedBytes),12} freed in "
                + $"{Quantities.Time(TimeSpan.FromMilliseconds(action.TookMs))}; {action.Failure ?? action.Reason}");
        }
    }

    public static void Compression(StringBuilder text, SidecarStatus status)
    {
        CompressionReport report = status.Compression;
        Line(text, $"Compression {report.Level}: {report.Records:N0} records in {status.Packing.Segments:N0} packed segments, "
            + $"{Quantities.Bytes(report.PlainBytes)} → {Quantities.Bytes(report.StoredBytes)}, ratio {report.Ratio:0.00}");
        foreach (StageReport stage in report.Stages.Where(stage => stage.BytesIn > 0))
        {
            Line(text, $"  {stage.Name,-9}{Quantities.Bytes(stage.BytesIn),12} → {Quantities.Bytes(stage.BytesOut),-12}"
                + $"{Quantities.Time(TimeSpan.FromSeconds(stage.Seconds)),12}");
        }
        if (status.Packing.LastFailure is { } failure)
            Line(text, $"  packing failed and is tried again: {failure}");
        text.Append('\n');
    }

    public static void Cold(StringBuilder text, ColdStoreReport cold)
    {
        Line(text, $"Cold store {cold.Name}: {State(cold)}, epoch {cold.Epoch}{(cold.SingleWriter ? ", SINGLE-WRITER MODE" : "")}");
        string point = cold.RecoveryPoint is { } moment ? $"{moment.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, write {cold.RecoverySequence:N0}" : "none yet";
        Line(text, $"  recovery point  {point}");
        Line(text, $"  holds           {cold.Segments:N0} segments, {Quantities.Bytes(cold.Bytes)}");
        Line(text, $"  moved           {cold.Shipped:N0} segments shipped ({Quantities.Bytes(cold.ShippedBytes)}), {cold.Evicted:N0} evicted, "
            + $"{cold.Promoted:N0} came back, {cold.Fetches:N0} fetches ({Quantities.Bytes(cold.FetchedBytes)}), {cold.FetchFailures:N0} failed");
        Line(text, $"  circuit         {cold.Circuit}, opened {cold.CircuitOpenings:N0} times");
        if (cold.LastFailure is { } failure)
            Line(text, $"  last failure    {failure}");
        Operations(text, cold.Operations);
        text.Append('\n');
    }

    private static void Operations(StringBuilder text, IReadOnlyList<ColdOperationReport> operations)
    {
        Line(text, $"  {"REQUEST",-10}{"SENT",10}{"FAILED",10}{"REPEATED",10}{"REJECTED",10}{"IN",12}{"OUT",12}{"MEAN",12}{"SLOWEST",12}");
        foreach (ColdOperationReport each in operations.Where(each => each.Requests + each.Rejections > 0))
        {
            Line(text, $"  {each.Operation,-10}{each.Requests,10:N0}{each.Failures,10:N0}{each.Retries,10:N0}{each.Rejections,10:N0}"
                + $"{Quantities.Bytes(each.BytesIn),12}{Quantities.Bytes(each.BytesOut),12}"
                + $"{Quantities.Time(TimeSpan.FromMilliseconds(each.MeanMs)),12}{Quantities.Time(TimeSpan.FromMilliseconds(each.MaxMs)),12}");
        }
    }

    private static string State(ColdStoreReport cold) => cold switch
    {
        { Claimed: false, Epoch: > 0 } => "taken over by another process",
        { Available: true } => "answers",
        { Epoch: 0, LastFailure: null } => "not asked yet",
        _ => "DOES NOT ANSWER",
    };

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
