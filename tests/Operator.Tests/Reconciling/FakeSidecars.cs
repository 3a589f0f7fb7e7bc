using System.Text.RegularExpressions;
using Thermocline.Contract.Status;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Tests.Cluster.Live;

namespace Thermocline.Operator.Tests.Reconciling;

/// <summary>Sidecars that run whatever the ConfigMap of their cluster says, and drain at the second request.</summary>
internal sealed partial class FakeSidecars(LiveSpace space, string cluster)
{
    private readonly HashSet<string> _asked = [];

    /// <summary>Tokens they were asked with.</summary>
    public HashSet<string> Tokens { get; } = [];

    public int DrainRequests { get; private set; }

    public bool DrainsFail { get; set; }

    /// <summary>The pressure under a revision.</summary>
    public Func<string, string> PressureUnder { get; set; } = static _ => "calm";

    /// <summary>Bytes in RAM, each time they are asked.</summary>
    public Func<long> HotBytes { get; set; } = static () => 1 << 20;

    public async Task<IReadOnlyList<SidecarReport>> ReportAsync(IReadOnlyList<PodView> pods, string token, CancellationToken cancellation)
    {
        Tokens.Add(token);
        AnyObject? map = await space.Client.GetAsync(LiveSpace.ConfigMaps, space.Key($"{cluster}-thermocline"), cancellation);
        string yaml = (string?)map?.Fields?["data"]?["thermocline.yaml"] ?? "";
        string revision = RevisionLine().Match(yaml).Groups[1].Value;
        var status = new SidecarStatus
        {
            ConfiguredRevision = revision,
            Tiers = new TiersReport { Hot = new TierReport { Bytes = HotBytes() } },
            Pressure = new PressureReport { State = PressureUnder(revision) },
        };
        return [.. pods.Select(pod => new SidecarReport(pod.Uid, status, null))];
    }

    public Task<IReadOnlyList<DrainAnswer>> DrainAsync(IReadOnlyList<PodView> pods, string token, CancellationToken cancellation)
    {
        Tokens.Add(token);
        cancellation.ThrowIfCancellationRequested();
        DrainRequests++;
        return Task.FromResult<IReadOnlyList<DrainAnswer>>(
        [
            .. pods.Select(pod => DrainsFail
                ? new DrainAnswer(pod.Uid, false, "the bucket does not answer")
                : new DrainAnswer(pod.Uid, !_asked.Add(pod.Uid), null)),
        ]);
    }

    [GeneratedRegex("^revision: \"(.*)\"$", RegexOptions.Multiline)]
    private static partial Regex RevisionLine();
}
