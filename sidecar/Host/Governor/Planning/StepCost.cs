namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>
/// What a step of the ladder costs for each byte it frees: the time it takes, as measured, and the time that its absence
/// costs later, as stated (a record that must be read again, a search that must be made again). The prediction follows
/// what the step really did, a quarter of the way each time.
/// </summary>
/// <param name="SecondsPerMebibyte">Predicted, own time and later time together.</param>
/// <param name="LaterSecondsPerMebibyte">Of that, what comes later: stated, not measured.</param>
internal sealed record StepCost(double SecondsPerMebibyte, double LaterSecondsPerMebibyte)
{
    private const double Mebibyte = 1 << 20;
    private const double Follow = 0.25;

    /// <summary>No step is predicted to be dearer: one that freed nothing by chance must come round again.</summary>
    private const double SecondsMax = 100;

    /// <summary>After the step ran.</summary>
    /// <param name="freedBytes">What it freed.</param>
    /// <param name="took">How long it took.</param>
    public StepCost After(long freedBytes, TimeSpan took)
    {
        // A step that frees less than 64 KiB is measured as if it had freed that: a division by nothing says nothing.
        double mebibytes = Math.Max(freedBytes, 64 << 10) / Mebibyte;
        double seen = Math.Min((took.TotalSeconds / mebibytes) + LaterSecondsPerMebibyte, SecondsMax);
        return this with { SecondsPerMebibyte = SecondsPerMebibyte + ((seen - SecondsPerMebibyte) * Follow) };
    }
}
