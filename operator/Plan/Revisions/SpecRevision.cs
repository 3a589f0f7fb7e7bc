using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Desired;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>A spec that was accepted.</summary>
/// <param name="Name">Name of the ControllerRevision.</param>
/// <param name="Uid">Its identity; null while it is not written.</param>
/// <param name="Number">The newest is in force.</param>
/// <param name="Spec">The spec.</param>
/// <param name="Accepted">When it last came into force.</param>
/// <param name="Unwell">Pods whose sidecars were unwell before, by uid.</param>
internal sealed record SpecRevision(
    string Name, string? Uid, long Number, MemoryClusterSpec Spec, DateTimeOffset? Accepted, IReadOnlyList<string> Unwell)
{
    /// <summary>What is stored, to the letter: it cannot be changed, and an older operator knew fewer fields. Null of a new one.</summary>
    public JsonObject? Stored { get; init; }

    /// <summary>Reads one; null when it is not ours or cannot be read.</summary>
    public static SpecRevision? Read(AnyObject revision, Observed observed)
    {
        if (!ChildMetadata.IsOurs(revision, observed) || revision.Metadata.IsDeleting
            || revision.Fields?["data"]?["spec"] is not JsonObject spec
            || revision.Fields["revision"] is not JsonValue number || !number.TryGetValue(out long value))
            return null;
        try
        {
            return spec.Deserialize(MemoryClusterJson.Default.MemoryClusterSpec) is { } read
                ? new SpecRevision(
                    revision.Metadata.Name ?? "", revision.Metadata.Uid, value, read,
                    TimeOf(revision.Metadata.Annotations?.GetValueOrDefault(Names.AcceptedAnnotation)),
                    revision.Metadata.Annotations?.GetValueOrDefault(Names.UnwellAnnotation)?
                        .Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
                { Stored = spec }
                : null;
        }
        catch (JsonException)
        {
            // Written under a schema this program does not know: it stays, and nobody returns to it.
            return null;
        }
    }

    public ObjectApply ToApply(Observed observed)
    {
        var annotations = new JsonObject();
        if (Accepted is { } accepted)
            annotations[Names.AcceptedAnnotation] = accepted.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        annotations[Names.UnwellAnnotation] = string.Join(',', Unwell);
        return new ObjectApply(
            Resources.ControllerRevisions,
            observed.Key with { Name = Name },
            new JsonObject
            {
                ["metadata"] = ChildMetadata.Of(observed, annotations),
                ["revision"] = Number,
                ["data"] = new JsonObject { ["spec"] = Stored?.DeepClone() ?? SpecText.Json(Spec) },
            });
    }

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
