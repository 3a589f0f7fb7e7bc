using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>An object of a kind this program has no type for: its metadata, and the rest as it came.</summary>
internal sealed record AnyObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get; init; } = new();

    // The serialiser fills it while it reads, so it cannot be fixed at construction.
    [JsonExtensionData]
    public JsonObject? Fields { get; set; }
}
