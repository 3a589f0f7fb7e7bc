namespace Thermocline.Store.Cold.Dapr;

/// <summary>What options that lead to Dapr have in common.</summary>
internal static class DaprRules
{
    private const int NameMax = 253;

    /// <summary>A component, or something in one, is named.</summary>
    public static void CheckName(string name, string value, List<string> mistakes)
    {
        if (value.Length is 0 or > NameMax || value is "." or ".." || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
            mistakes.Add($"{name} must have 1 to {NameMax} printable ASCII characters and no space.");
    }

    /// <summary>Dapr's HTTP API has an address.</summary>
    public static void CheckEndpoint(string name, Uri endpoint, List<string> mistakes)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
            mistakes.Add($"{name} must be an http or https address without credentials.");
    }
}
