using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>An object of a kind this program has no type for: its metadata, and the rest as it came.</summary>
[JsonConverter(typeof(AnyObjectConverter))]
internal sealed record AnyObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Everything but the three above.</summary>
    public JsonObject? Fields { get; init; }
}
