namespace Thermocline.Store.Cold.Dapr;

/// <summary>Which state store of Dapr's, and how to reach Dapr. <see cref="Validate"/> checks every value.</summary>
public sealed record DaprColdOptions
{
    /// <summary>Name of the component. It must honour etags, and must not be this sidecar's own.</summary>
    public required string StateStore { get; init; }

    /// <summary>Dapr's HTTP API.</summary>
    public Uri Endpoint { get; init; } = new("http://127.0.0.1:3500");

    /// <summary>
    /// File with the token Dapr wants to hear, read again when it is a few seconds old and after a refusal; empty: none is sent.
    /// </summary>
    public string ApiTokenFile { get; init; } = "";

    /// <summary>What every record's key starts with, in the form of S3's: one for each store.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Connections to Dapr at most: 1 to 256.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        DaprRules.CheckName(nameof(StateStore), StateStore, mistakes);
        DaprRules.CheckEndpoint(nameof(Endpoint), Endpoint, mistakes);
        if (Prefix.Length > 0 && !ColdName.IsValid(Prefix.TrimEnd('/')))
            mistakes.Add($"{nameof(Prefix)} may have letters, digits, '/', '-', '.' and '_', no empty part, at most {ColdName.LengthMax}.");
        if (ConnectionsMax is < 1 or > 256)
            mistakes.Add($"{nameof(ConnectionsMax)} is {ConnectionsMax:N0}; it may be 1 to 256.");
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
