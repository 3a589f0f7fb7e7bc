using System.Globalization;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr;

/// <summary>How long a record lives, as Dapr writes it: seconds from -1 to 2,147,483,647, of which -1 and 0 are for ever.</summary>
internal static class TimeToLive
{
    /// <summary>Its name among a request's or a component's metadata.</summary>
    public const string Name = "ttlInSeconds";

    /// <summary>The name under which the moment it ends is answered.</summary>
    public const string ExpireTimeName = "ttlExpireTime";

    /// <summary>Reads it: null when it is not written, 0 for ever.</summary>
    /// <exception cref="Grpc.RpcException">It is not such a number.</exception>
    public static long? Read(IDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Name, out string? text))
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds) && seconds >= -1)
            return Math.Max(0, seconds);
        throw DaprFaults.Invalid(ProblemCode.ParameterInvalid, $"{Name} must be a whole number from -1 to {int.MaxValue}.");
    }

    /// <summary>The moment a record ends, as it is answered.</summary>
    public static string Text(long expiresAtMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(expiresAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
