using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Contract.Status;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Plan.Attachment;

namespace Thermocline.Operator.Plan.Conditions;

/// <summary>The status of a cluster: counts, sums and conditions.</summary>
internal static class StatusOf
{
    private const int MissingMax = 50;
    private const int RevisionsMax = 16;
    private const int MessageLettersMax = 1_024;
    private const int RevisionLettersMax = 63;

    // From the least to the worst.
    private static readonly string[] Pressures = ["calm", "routine", "critical", "refusing"];

    /// <summary>The whole status.</summary>
    public static MemoryClusterStatus Of(Situation situation, DateTimeOffset now)
    {
        MemoryClusterStatus before = situation.Observed.Cluster.Status ?? new MemoryClusterStatus();
        List<(string Pod, SidecarStatus Status)> said = [.. situation.Said.Select(each => (each.Pod.Name, each.Status))];
        string? revision = situation.Revision?.ToString(CultureInfo.InvariantCulture);
        int missing = situation.Missing.Count();
        return new MemoryClusterStatus
        {
            ObservedGeneration = situation.Observed.Cluster.Metadata.Generation,
            Revision = situation.Revision,
            Desired = situation.Findings.Count(each => each.Standing != PodStanding.Apart),
            Attached = situation.Attached.Count(),
            UpToDate = said.Count(each => each.Status.ConfiguredRevision == revision),
            Tiers = said.Count == 0 ? null : Tiers(said),
            CompressionRatio = Ratio(said),
            Pressure = said.Count == 0 ? null : said.Select(each => each.Status.Pressure.State).MaxBy(RankOf),
            Sidecars = Counts(said),
            MissingCount = missing,
            Missing = missing == 0 ? null : [.. situation.Missing.Take(MissingMax).Select(MissingOf)],
            Conditions = ClusterConditions.Of(situation, before.Conditions ?? [], now),
        };
    }

    /// <summary>The status when it is another one than there is.</summary>
    public static MemoryClusterStatus? IfChanged(MemoryClusterStatus status, MemoryClusterStatus? before) =>
        JsonNode.DeepEquals(Json(status), before is null ? null : Json(before)) ? null : status;

    public static JsonObject Json(MemoryClusterStatus status) =>
        (JsonObject)JsonSerializer.SerializeToNode(status, MemoryClusterJson.Default.MemoryClusterStatus)!;

    /// <summary>A message as long as the schema allows.</summary>
    public static string Cut(string message, int lettersMax) =>
        message.Length <= lettersMax ? message : string.Concat(message.AsSpan(0, lettersMax - 1), "…");

    private static int RankOf(string state) => Array.IndexOf(Pressures, state);

    private static TiersStatus Tiers(List<(string Pod, SidecarStatus Status)> said)
    {
        long hot = said.Sum(each => each.Status.Tiers.Hot.Bytes);
        long warm = said.Sum(each => each.Status.Tiers.Warm.Bytes);
        long cold = said.Sum(each => each.Status.Tiers.Cold.Bytes);
        return new TiersStatus
        {
            HotBytes = hot,
            WarmBytes = warm,
            ColdBytes = cold,
            Hot = SizeText.Of(hot),
            Warm = SizeText.Of(warm),
            Cold = SizeText.Of(cold),
        };
    }

    private static string? Ratio(List<(string Pod, SidecarStatus Status)> said)
    {
        double plain = said.Sum(each => (double)each.Status.Compression.PlainBytes);
        double stored = said.Sum(each => (double)each.Status.Compression.StoredBytes);
        return stored == 0 ? null : (plain / stored).ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static List<RevisionCount>? Counts(List<(string Pod, SidecarStatus Status)> said) =>
        said.Count == 0
            ? null
            :
            [
                .. said.GroupBy(each => Word(each.Status.ConfiguredRevision))
                    .OrderByDescending(each => long.TryParse(each.Key, CultureInfo.InvariantCulture, out long number) ? number : -1)
                    .ThenBy(each => each.Key, StringComparer.Ordinal)
                    .Take(RevisionsMax)
                    .Select(each => new RevisionCount { Revision = each.Key, Count = each.Count() }),
            ];

    private static string Word(string revision) => revision.Length == 0 ? "none" : Cut(revision, RevisionLettersMax);

    private static MissingSidecar MissingOf(PodFinding finding) => new()
    {
        Pod = finding.Pod.Name,
        Reason = finding.Reason,
        Message = Cut(finding.Message, MessageLettersMax),
    };
}
