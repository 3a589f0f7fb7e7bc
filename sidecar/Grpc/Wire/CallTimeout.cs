namespace Thermocline.Grpc.Wire;

/// <summary>The header grpc-timeout: up to eight digits and a unit.</summary>
internal static class CallTimeout
{
    private const int DigitsMax = 8;

    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsMax + 1)
            return false;
        long value = 0;
        foreach (char digit in text.AsSpan(0, text.Length - 1))
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            value = value * 10 + (digit - '0');
        }

        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            // A tick has 100 ns; what is less than one is still a wait.
            'n' => (value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        timeout = TimeSpan.FromTicks(ticks ?? 0);
        return ticks is not null;
    }
}
