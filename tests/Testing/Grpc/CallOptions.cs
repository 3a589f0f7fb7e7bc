namespace Thermocline.Testing.Grpc;

/// <summary>What goes with a call.</summary>
public sealed record CallOptions
{
    /// <summary>Sent as headers; a name that ends in -bin carries base64.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the call may take; null for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether this side gives up at the deadline too, as clients do; a test of the server's own deadline does not want that.</summary>
    public bool GivesUpAtDeadline { get; init; } = true;

    /// <summary>The content type sent.</summary>
    public string ContentType { get; init; } = "application/grpc";
}
