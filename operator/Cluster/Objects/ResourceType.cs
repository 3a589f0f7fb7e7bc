namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Where a kind of object is served.</summary>
/// <param name="Group">Its group; empty for the core kinds.</param>
/// <param name="Version">Its version.</param>
/// <param name="Plural">Its name in addresses.</param>
/// <param name="Kind">Its name in objects.</param>
/// <param name="Namespaced">Whether its objects lie in namespaces.</param>
internal sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The address of the group and version.</summary>
    public string Root => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <summary>The address of all its objects, or of those of one namespace.</summary>
    public string Collection(string? @namespace) =>
        Namespaced && !string.IsNullOrEmpty(@namespace)
            ? $"{Root}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}"
            : $"{Root}/{Plural}";

    /// <summary>The address of one object, or of a part of it that is served by itself.</summary>
    public string Address(EntityKey key, string? subresource = null)
    {
        if (key.Name.Length == 0 || (Namespaced && key.Namespace.Length == 0))
            throw new ArgumentException($"'{key}' does not name one of the {Plural}.", nameof(key));
        string address = $"{Collection(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? address : $"{address}/{subresource}";
    }
}
