using System.Globalization;

namespace Thermocline.Operator.Plan.Conditions;

/// <summary>Bytes as people read them: 118Mi, 1.5Gi.</summary>
internal static class SizeText
{
    private static readonly string[] Units = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];

    public static string Of(long bytes)
    {
        double amount = bytes;
        int unit = 0;
        // Rounded first: 1023.9Mi is 1Gi, not 1024Mi.
        while (Math.Round(amount) >= 1024 && unit < Units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        double shown = amount < 9.95 ? Math.Round(amount, 1) : Math.Round(amount);
        return shown.ToString(CultureInfo.InvariantCulture) + Units[unit];
    }
}
