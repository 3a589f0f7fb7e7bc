using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Thermocline.Grpc.Wire;

/// <summary>Limits of HTTP that do not fit calls, which have their own.</summary>
internal static class MessageLimits
{
    /// <summary>Messages are limited one by one, and never read ahead.</summary>
    public static void LiftBodyLimit(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }

    /// <summary>A stream may be silent as long as it likes.</summary>
    public static void LiftRateLimit(HttpContext http)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
