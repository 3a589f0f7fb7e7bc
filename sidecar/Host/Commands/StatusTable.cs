using System.Text;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Commands;

/// <summary>A status for people.</summary>
internal static class StatusTable
{
    public static string Write(Uri server, SidecarStatus status)
    {
        StringBuilder text = new();
        Line(text, $"Thermocline {status.Version} at {server}");
        Line(text, $"Configuration {status.Revision}{Pending(status)}");
        Line(text, $"Store: {status.Log.Keys:N0} keys in {status.Log.Segments:N0} segments, durability {status.Log.Durability}");
        if (status.Log.LatchedBy is { } cause)
            Line(text, $"LATCHED, no writes are taken: {cause}");
        StatusSections.Pressure(text, status.Pressure);
        foreach (string degraded in status.Degraded)
            Line(text, $"DEGRADED, local data is served: {degraded}");
        text.Append('\n');
        Line(text, $"{"TIER",-6}{"ENTRIES",14}{"BYTES",14}{"LIMIT",14}{"HITS",14}{"MISSES",14}");
        Row(text, "hot", status.Tiers.Hot);
        Row(text, "warm", status.Tiers.Warm);
        if (status.Cold is not null)
            Row(text, "cold", OfCold(status.Tiers.Cold));
        text.Append('\n');
        StatusSections.Compression(text, status);
        if (status.Cold is { } cold)
            StatusSections.Cold(text, cold);
        Line(text, $"Opened {(status.Recovery.Clean ? "clean" : "after an unclean stop")} in {status.Recovery.TookMs:N1} ms, "
            + $"{status.Recovery.FramesReplayed:N0} frames replayed, {status.Recovery.DamageCount:N0} damaged places");
        foreach (DamageReport damage in status.Recovery.Damages)
            Line(text, $"  {damage.File} at byte {damage.Offset}: {damage.What}");
        return text.ToString().TrimEnd();
    }

    private static string Pending(SidecarStatus status) =>
        status.PendingRestart.Count == 0 ? "" : $"; waiting for a restart: {string.Join(", ", status.PendingRestart)}";

    private static TierReport OfCold(ColdTierReport cold) =>
        new() { Entries = cold.Entries, Bytes = cold.Bytes, Hits = cold.Hits, Misses = cold.Misses };

    private static void Row(StringBuilder text, string name, TierReport tier) =>
        Line(text, $"{name,-6}{tier.Entries,14:N0}{Bytes(tier.Bytes),14}{(tier.Limit == 0 ? "-" : Bytes(tier.Limit)),14}"
            + $"{tier.Hits,14:N0}{tier.Misses,14:N0}");

    private static string Bytes(long bytes) => Quantities.Bytes(bytes);

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
