using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>Answers calls of services and methods that are not here.</summary>
internal static class UnknownCall
{
    public static Task InvokeAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        else if (CallEntry.TryBegin(http, out _))
            StatusTrailers.Write(http.Response, hasWritten: false, Refusal.MethodUnknown);
        return Task.CompletedTask;
    }
}
