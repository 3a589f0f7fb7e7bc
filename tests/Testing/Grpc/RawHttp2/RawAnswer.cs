using System.Globalization;
using Thermocline.Grpc;

namespace Thermocline.Testing.Grpc.RawHttp2;

/// <summary>What came back on one stream.</summary>
/// <param name="Headers">The first headers.</param>
/// <param name="Trailers">The last headers; the first, when there was one block alone.</param>
/// <param name="Body">All data.</param>
/// <param name="ResetCode">The code the stream was reset with; null when it ended.</param>
/// <param name="Closed">Whether the connection was closed before.</param>
public sealed record RawAnswer(
    IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Trailers, byte[] Body, int? ResetCode, bool Closed)
{
    /// <summary>The status; null when none came.</summary>
    public StatusCode? Status =>
        Trailers.TryGetValue("grpc-status", out string? text) ? (StatusCode)int.Parse(text, CultureInfo.InvariantCulture) : null;
}
