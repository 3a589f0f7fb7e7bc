using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc;

/// <summary>What a caller says beside its message. Names are compared without regard to case.</summary>
public sealed class Metadata
{
    private readonly IHeaderDictionary _headers;

    internal Metadata(IHeaderDictionary headers) => _headers = headers;

    /// <summary>The last value of a name, or null.</summary>
    public string? GetValue(string key) => _headers.TryGetValue(key, out var values) && values.Count > 0 ? values[^1] : null;

    /// <summary>The last value of a name that ends in <c>-bin</c>, decoded; null when there is none or it is not base64.</summary>
    public byte[]? GetValueBytes(string key)
    {
        if (GetValue(key) is not { } text)
            return null;
        // Several values of a binary header may arrive as one, joined by commas.
        return BinaryText.TryDecode(text.AsSpan(text.LastIndexOf(',') + 1), out byte[] bytes) ? bytes : null;
    }
}
