namespace Thermocline.Store.Cold.Dapr.Secrets;

/// <summary>Which secret of Dapr's, and how to reach Dapr. <see cref="Validate"/> checks every value.</summary>
public sealed record DaprSecretOptions
{
    private const int NameMax = 253;

    /// <summary>Name of the secret store's component.</summary>
    public required string SecretStore { get; init; }

    /// <summary>The secret there, with the fields <c>accessKey</c>, <c>secretKey</c> and, for temporary keys, <c>sessionToken</c>.</summary>
    public required string Secret { get; init; }

    /// <summary>Dapr's HTTP API.</summary>
    public Uri Endpoint { get; init; } = new("http://127.0.0.1:3500");

    /// <summary>File with the token Dapr wants to hear, read for every fetch; empty: none is sent.</summary>
    public string ApiTokenFile { get; init; } = "";

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        foreach ((string name, string value) in ((string, string)[])[(nameof(SecretStore), SecretStore), (nameof(Secret), Secret)])
        {
            if (value.Length is 0 or > NameMax || value is "." or ".." || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
                mistakes.Add($"{name} must have 1 to {NameMax} printable ASCII characters and no space.");
        }

        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https") || Endpoint.UserInfo.Length > 0)
            mistakes.Add($"{nameof(Endpoint)} must be an http or https address without credentials.");
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
