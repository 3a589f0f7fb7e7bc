using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Thermocline.Grpc.Wire;

/// <summary>Says how a call ended: after the messages, or in place of them.</summary>
internal static class StatusTrailers
{
    /// <summary>Bytes of a status with its details; with more it travels without them, because a client may refuse the trailers.</summary>
    public const int DetailsBytesMax = 4 << 10;

    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";
    private const string DetailsName = "grpc-status-details-bin";

    private static readonly string[] Codes = [.. Enumerable.Range(0, 17).Select(static code => code.ToString((IFormatProvider?)null))];

    /// <param name="response">Where to.</param>
    /// <param name="hasWritten">Whether a message went before.</param>
    /// <param name="refusal">Why it failed; null when it did not.</param>
    /// <param name="details">What programs read of it.</param>
    public static void Write(HttpResponse response, bool hasWritten, Refusal? refusal, IReadOnlyList<IMessage>? details = null)
    {
        IHeaderDictionary? where = hasWritten || response.HasStarted
            ? response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            : response.Headers;
        if (where is null || where.IsReadOnly)
            return;
        if (refusal is null)
        {
            where[StatusName] = Codes[0];
            return;
        }

        int code = (int)refusal.Code;
        where[StatusName] = Codes[code >= 0 && code < Codes.Length ? code : (int)StatusCode.Unknown];
        where[MessageName] = PercentText.Encode(refusal.Message);
        if (ReferenceEquals(refusal, Refusal.EncodingUnknown) && !response.HasStarted)
            response.Headers.GrpcAcceptEncoding = "identity";
        if (details is { Count: > 0 } && Pack(refusal, details) is { } packed)
            where[DetailsName] = packed;
    }

    private static string? Pack(Refusal refusal, IReadOnlyList<IMessage> details)
    {
        var status = new Protocol.Rpc.Status { Code = (int)refusal.Code, Message = refusal.Message };
        foreach (IMessage detail in details)
            status.Details.Add(Any.Pack(detail));
        return status.CalculateSize() <= DetailsBytesMax ? BinaryText.Encode(status.ToByteArray()) : null;
    }
}
