namespace Thermocline.Operator.Cluster.Requests;

/// <summary>How fields are applied.</summary>
internal sealed record ApplyOptions
{
    public static readonly ApplyOptions Default = new();

    /// <summary>Takes over fields that another manager owns.</summary>
    public static readonly ApplyOptions Forced = new() { Force = true };

    /// <summary>Who manages them; null for the client's own name. One name for each concern.</summary>
    public string? FieldManager { get; init; }

    public bool Force { get; init; }

    /// <summary>The part that is served by itself, such as status.</summary>
    public string? Subresource { get; init; }

    /// <summary>Whether the server only says what would come of it.</summary>
    public bool DryRun { get; init; }
}
