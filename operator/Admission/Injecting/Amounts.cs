using System.Globalization;
using Thermocline.Contract.Reading;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>Amounts as the API server writes them back, so that what was injected is found again as it was.</summary>
internal static class Amounts
{
    private const long Mebibyte = 1L << 20;
    private const long WarmMarginMin = 256 * Mebibyte;

    private static readonly (string Suffix, long Unit)[] Decimals =
        [("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)];

    /// <summary>The same amount in its canonical form; text that is no amount stays as it is.</summary>
    public static string Canonical(string text) => Quantity.TryParse(text, out long bytes) ? Canonical(bytes) : text;

    /// <summary>
    /// The size of a volume for a warm tier: a quarter more, as the tier is brought back under its size only after it passed it, and
    /// a pod whose volume passes its limit is evicted.
    /// </summary>
    public static string VolumeFor(string warm) => Quantity.TryParse(warm, out long bytes)
        ? Canonical((bytes + Math.Max(bytes / 4, WarmMarginMin) + Mebibyte - 1) / Mebibyte * Mebibyte)
        : warm;

    private static string Canonical(long bytes)
    {
        if (bytes % 1024 == 0)
            return Quantity.Format(bytes);
        (string suffix, long unit) = Decimals.FirstOrDefault(entry => bytes % entry.Unit == 0, ("", 1));
        return (bytes / unit).ToString(CultureInfo.InvariantCulture) + suffix;
    }
}
