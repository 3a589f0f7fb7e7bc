using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Observe;

/// <summary>Everything a plan needs to know about one cluster, of one moment.</summary>
internal sealed record Observed
{
    public required MemoryCluster Cluster { get; init; }

    /// <summary>Objects that bear the name of one of its children or its label, whoever they belong to; no revisions.</summary>
    public IReadOnlyList<AnyObject> Children { get; init; } = [];

    /// <summary>The ControllerRevisions that belong to it.</summary>
    public IReadOnlyList<AnyObject> Revisions { get; init; } = [];

    /// <summary>The pods of its namespace that it selects, or that carry its label.</summary>
    public IReadOnlyList<PodView> Pods { get; init; } = [];

    /// <summary>For the name of a pod, the other clusters that select it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Rivals { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether a NetworkPolicy of somebody else says what may reach one of the attached pods.</summary>
    public bool HasOtherPolicies { get; init; }

    public ServedKinds Served { get; init; } = new();

    public IReadOnlyList<SidecarReport> Reports { get; init; } = [];

    /// <summary>What earlier steps were answered, as far as this process remembers.</summary>
    public StepAnswers Answers { get; init; } = new();

    public string Name => Cluster.Metadata.Name;

    public string Namespace => Cluster.Metadata.Namespace ?? "";

    public EntityKey Key => new(Namespace, Name);

    /// <summary>An object of a kind, by its name.</summary>
    public AnyObject? Child(ResourceType type, string name) =>
        Children.FirstOrDefault(child => child.Kind == type.Kind && child.ApiVersion == type.ApiVersion && child.Metadata.Name == name);

    public string? Annotation(string name) => Cluster.Metadata.Annotations?.GetValueOrDefault(name);

    /// <summary>The administrators' token of its sidecars; null before there is one. A method, so that no record prints it.</summary>
    public string? Token()
    {
        JsonNode? kept = Child(Resources.Secrets, Names.TokenSecret(Name))?.Fields?["data"]?[Names.TokenKey];
        if ((string?)kept is not { Length: > 0 } text)
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length).Trim() : null;
    }
}
