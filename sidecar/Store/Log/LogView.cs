namespace Thermocline.Store.Log;

/// <summary>The segments of one moment, by number. Replaced whole when one is added.</summary>
internal sealed class LogView(Segment[] segments)
{
    /// <summary>Segments at the end of the log that may not be sealed yet.</summary>
    public const int UnsealedMax = 4;

    public static LogView Empty { get; } = new([]);

    public ReadOnlySpan<Segment> Segments => segments;

    public Segment? Last => segments.Length == 0 ? null : segments[^1];

    /// <summary>The segment of a number, or null.</summary>
    public Segment? Find(int number)
    {
        // Numbers have no gaps unless files were taken away by hand: the first guess is nearly always right.
        int guess = segments.Length == 0 ? -1 : number - segments[0].Number;
        if ((uint)guess < (uint)segments.Length && segments[guess].Number == number)
            return segments[guess];
        foreach (Segment segment in segments)
        {
            if (segment.Number == number)
                return segment;
        }

        return null;
    }

    public LogView With(Segment added) => new([.. segments, added]);
}
