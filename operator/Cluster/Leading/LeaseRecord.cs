using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Leading;

/// <summary>What a lease says.</summary>
/// <param name="Version">The version of the object, for changing only this one.</param>
/// <param name="Holder">Who holds it; empty for nobody.</param>
/// <param name="Duration">How long the holder said it lasts.</param>
/// <param name="Transitions">How often it changed hands.</param>
internal sealed record LeaseRecord(string Version, string Holder, TimeSpan Duration, int Transitions)
{
    // A lease that says years would never be taken over.
    private const int SecondsMax = 300;

    public static LeaseRecord Of(AnyObject lease)
    {
        JsonObject? spec = lease.Fields?["spec"] as JsonObject;
        int seconds = Math.Clamp(Number(spec?["leaseDurationSeconds"]), 1, SecondsMax);
        return new LeaseRecord(
            lease.Metadata.ResourceVersion ?? "",
            spec?["holderIdentity"] is { } holder && holder.GetValueKind() == JsonValueKind.String ? holder.GetValue<string>() : "",
            TimeSpan.FromSeconds(seconds),
            Math.Clamp(Number(spec?["leaseTransitions"]), 0, int.MaxValue - 1));
    }

    private static int Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out int number) ? number : 0;
}
