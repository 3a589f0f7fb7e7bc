namespace Thermocline.Store.Cold.Dapr.Secrets;

/// <summary>Which secret of Dapr's, and how to reach Dapr. <see cref="Validate"/> checks every value.</summary>
public sealed record DaprSecretOptions
{
    /// <summary>Name of the secret store's component.</summary>
    public required string SecretStore { get; init; }

    /// <summary>The secret there, with the fields <c>accessKey</c>, <c>secretKey</c> and, for temporary keys, <c>sessionToken</c>.</summary>
    public required string Secret { get; init; }

    /// <summary>Dapr's HTTP API.</summary>
    public Uri Endpoint { get; init; } = new("http://127.0.0.1:3500");

    /// <summary>File with the token Dapr wants to hear, read again when it is five seconds old; empty: none is sent.</summary>
    public string ApiTokenFile { get; init; } = "";

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        DaprRules.CheckName(nameof(SecretStore), SecretStore, mistakes);
        DaprRules.CheckName(nameof(Secret), Secret, mistakes);
        DaprRules.CheckEndpoint(nameof(Endpoint), Endpoint, mistakes);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
