using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Thermocline.Sidecar.Http;

/// <summary>
/// Large bodies have to move: their bytes count against the <see cref="BodyBudget"/> for as long as they are on their way,
/// and at the server's own slowest rate one of 16 MiB would be so for most of a day.
/// </summary>
internal static class LargeBodies
{
    /// <summary>Bodies from this size on.</summary>
    public const int BytesMin = 64 << 10;

    /// <summary>Seconds in which such a body has to be through, after a few of grace.</summary>
    private const int SecondsMax = 60;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Asks the client to send at the pace the body's length demands.</summary>
    public static void HurryRequest(HttpContext context, long length)
    {
        if (length >= BytesMin && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = PaceOf(length);
    }

    /// <summary>Asks the client to take the answer at the pace its length demands.</summary>
    public static void HurryAnswer(HttpContext context, long length)
    {
        if (length >= BytesMin && context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = PaceOf(length);
    }

    private static MinDataRate PaceOf(long length) => new(length / (double)SecondsMax, Grace);
}
