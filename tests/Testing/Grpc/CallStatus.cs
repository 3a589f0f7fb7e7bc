using System.Globalization;
using System.Net.Http.Headers;
using Thermocline.Grpc;
using Thermocline.Protocol.Rpc;

namespace Thermocline.Testing.Grpc;

/// <summary>Reads how a call ended.</summary>
internal static class CallStatus
{
    public static void ThrowIfNoCall(HttpResponseMessage response)
    {
        if ((int)response.StatusCode == 200 && response.Content.Headers.ContentType?.MediaType == "application/grpc")
            return;
        // As the protocol maps HTTP statuses of servers that speak no gRPC, unless the answer has a status of its own.
        StatusCode code = (int)response.StatusCode switch
        {
            400 => StatusCode.Internal,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.Unimplemented,
            429 or 502 or 503 or 504 => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        throw new CallException(code, $"HTTP {(int)response.StatusCode}", null) { HttpStatus = (int)response.StatusCode };
    }

    public static void ThrowIfFailed(HttpResponseMessage response)
    {
        HttpHeaders where = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        if (First(where, "grpc-status") is not { } text || !int.TryParse(text, CultureInfo.InvariantCulture, out int code))
            throw new CallException(StatusCode.Unknown, "The answer has no status.", null) { HttpStatus = (int)response.StatusCode };
        if (code == 0)
            return;
        Status? details = First(where, "grpc-status-details-bin") is { } packed ? Status.Parser.ParseFrom(Decode(packed)) : null;
        throw new CallException((StatusCode)code, Uri.UnescapeDataString(First(where, "grpc-message") ?? ""), details)
        {
            HttpStatus = (int)response.StatusCode,
        };
    }

    public static CallException Of(Exception failure, CallLimit limit) => failure switch
    {
        CallException known => known,
        _ when limit.GivenUpByCaller => new CallException(StatusCode.Cancelled, "Given up by the caller.", null, failure),
        _ when limit.DeadlinePassed => new CallException(StatusCode.DeadlineExceeded, "The deadline has passed.", null, failure),
        _ when Reset(failure) is { } code => new CallException(code, failure.Message, null, failure),
        HttpRequestException or IOException => new CallException(StatusCode.Unavailable, failure.Message, null, failure),
        _ => new CallException(StatusCode.Internal, failure.Message, null, failure),
    };

    // What the protocol makes of the error codes of HTTP/2 that a stream was reset with.
    private static StatusCode? Reset(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException reset)
            {
                return reset.ErrorCode switch
                {
                    7 => StatusCode.Unavailable,
                    8 => StatusCode.Cancelled,
                    11 => StatusCode.ResourceExhausted,
                    12 => StatusCode.PermissionDenied,
                    _ => StatusCode.Internal,
                };
            }
        }

        return null;
    }

    private static string? First(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private static byte[] Decode(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
