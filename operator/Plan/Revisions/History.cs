using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>The accepted specs of a cluster, newest first.</summary>
internal sealed record History(IReadOnlyList<SpecRevision> Revisions)
{
    private const int UnwellMax = 1_000;

    public SpecRevision? Newest => Revisions.Count > 0 ? Revisions[0] : null;

    public static History Of(Observed observed) => new(
    [
        .. observed.Revisions.Select(each => SpecRevision.Read(each, observed)).OfType<SpecRevision>()
            .OrderByDescending(each => each.Number).ThenBy(each => each.Name, StringComparer.Ordinal),
    ]);

    public SpecRevision? Numbered(long number) => Revisions.FirstOrDefault(each => each.Number == number);

    /// <summary>
    /// The revision that a spec is, which is to be written when it is not <see cref="Newest"/>: a new one, or an old one that becomes
    /// the newest again, as a Deployment's do.
    /// </summary>
    public SpecRevision Accept(Observed observed, IEnumerable<string> unwell, DateTimeOffset now)
    {
        MemoryClusterSpec spec = observed.Cluster.Spec;
        string text = SpecText.Of(spec);
        if (Newest is { } newest && SpecText.Of(newest.Spec) == text)
            return newest;
        SpecRevision? before = Revisions.FirstOrDefault(each => SpecText.Of(each.Spec) == text);
        return new SpecRevision(
            before?.Name ?? $"{observed.Name}-{SpecText.HashOf(spec)}", before?.Uid, (Newest?.Number ?? 0) + 1, before?.Spec ?? spec, now,
            [.. unwell.Take(UnwellMax)])
        {
            Stored = before?.Stored,
        };
    }

    /// <summary>The oldest ones, when there are more than are kept.</summary>
    public IReadOnlyList<ObjectDelete> Prunes(Observed observed, SpecRevision accepted, int kept) =>
    [
        .. Revisions.Where(each => each.Name != accepted.Name && each.Uid is not null).Skip(kept - 1)
            .Select(each => new ObjectDelete(Resources.ControllerRevisions, observed.Key with { Name = each.Name }, each.Uid!)),
    ];
}
