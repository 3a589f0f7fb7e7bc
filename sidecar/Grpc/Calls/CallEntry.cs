using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>The first look at a request: whether it is a call at all, and how long it may take.</summary>
internal static class CallEntry
{
    /// <summary>False: the request is answered.</summary>
    public static bool TryBegin(HttpContext http, out TimeSpan? timeout)
    {
        timeout = null;
        if (!MediaTypes.IsCall(http.Request.ContentType))
            return Refuse(http, StatusCodes.Status415UnsupportedMediaType, "The content type of a call is application/grpc.");
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
            return Refuse(http, StatusCodes.Status426UpgradeRequired, "Calls come by HTTP/2.");

        http.Response.ContentType = MediaTypes.Call;
        if (http.Request.Headers.GrpcTimeout is not [{ } text, ..])
            return true;
        if (CallTimeout.TryParse(text, out TimeSpan parsed))
        {
            timeout = parsed;
            return true;
        }

        StatusTrailers.Write(http.Response, hasWritten: false, Refusal.TimeoutMalformed);
        return false;
    }

    private static bool Refuse(HttpContext http, int httpStatus, string why)
    {
        http.Response.StatusCode = httpStatus;
        StatusTrailers.Write(http.Response, hasWritten: false, new Refusal(StatusCode.Unknown, why));
        return false;
    }
}
