using System.Globalization;

namespace Thermocline.Contract.Reading;

/// <summary>Amounts of bytes as people write them: <c>512Mi</c>, <c>1.5Gi</c>, <c>1G</c>, <c>123</c>.</summary>
public static class Quantity
{
    private static readonly (string Suffix, long Unit)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("k", 1_000), ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("", 1),
    ];

    /// <summary>Reads an amount; false when the text is none, is negative, or does not fit.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        (string suffix, long unit) = Array.Find(Units, entry => text.EndsWith(entry.Suffix, StringComparison.Ordinal));
        ReadOnlySpan<char> number = text.AsSpan(0, text.Length - suffix.Length);
        // Eighteen digits and a unit may be more than even a decimal holds: compared before they are multiplied.
        if (number.Length is 0 or > 18 || !decimal.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
            || amount > (decimal)long.MaxValue / unit)
            return false;
        decimal product = amount * unit;
        if (product != decimal.Truncate(product))
            return false;
        bytes = (long)product;
        return true;
    }

    /// <summary>The shortest exact way to write an amount.</summary>
    public static string Format(long bytes)
    {
        for (int index = 4; index >= 0; index--)
        {
            if (bytes != 0 && bytes % Units[index].Unit == 0)
                return (bytes / Units[index].Unit).ToString(CultureInfo.InvariantCulture) + Units[index].Suffix;
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
