using System.Text;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>How, and on what condition, an object is deleted.</summary>
internal sealed record DeleteOptions
{
    public static readonly DeleteOptions Default = new();

    public Propagation Propagation { get; init; }

    /// <summary>Only this very object, not a later one of its name.</summary>
    public string? Uid { get; init; }

    /// <summary>Only this version of it.</summary>
    public string? ResourceVersion { get; init; }

    public long? GracePeriodSeconds { get; init; }

    public byte[] ToJson() => Encoding.UTF8.GetBytes(ToNode().ToJsonString());

    public JsonObject ToNode()
    {
        var node = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["propagationPolicy"] = Propagation switch
            {
                Propagation.Background => "Background",
                Propagation.Foreground => "Foreground",
                Propagation.Orphan => "Orphan",
            },
        };
        var preconditions = new JsonObject();
        if (Uid is not null)
            preconditions["uid"] = Uid;
        if (ResourceVersion is not null)
            preconditions["resourceVersion"] = ResourceVersion;
        if (preconditions.Count > 0)
            node["preconditions"] = preconditions;
        if (GracePeriodSeconds is { } seconds)
            node["gracePeriodSeconds"] = seconds;
        return node;
    }
}
