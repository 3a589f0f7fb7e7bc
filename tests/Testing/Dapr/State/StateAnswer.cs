namespace Thermocline.Testing.Dapr.State;

/// <summary>What an application gets for a key.</summary>
/// <param name="Key">The key, without prefix.</param>
/// <param name="Value">Its bytes; none when it is absent, which cannot be told from an empty value.</param>
/// <param name="Etag">Its etag, or null.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Metadata">Its metadata, <c>ttlExpireTime</c> among them.</param>
/// <param name="Error">Why a key of several could not be read; empty when it was.</param>
public sealed record StateAnswer(
    string Key, byte[] Value, string? Etag, string ContentType, IReadOnlyDictionary<string, string> Metadata, string Error)
{
    /// <summary>What the application is answered: 204 without a body, when there is nothing.</summary>
    public int HttpStatus => Value.Length == 0 ? 204 : 200;
}
