namespace Thermocline.Store.Log;

/// <summary>The files of the log of one moment, by number. Replaced whole when one is added, packed or taken away.</summary>
internal sealed class LogView(ISegment[] segments)
{
    /// <summary>Segments at the end of the log that may not be sealed yet.</summary>
    public const int UnsealedMax = 4;

    public static LogView Empty { get; } = new([]);

    public ReadOnlySpan<ISegment> Segments => segments;

    /// <summary>Whether any of them has records in the cold store alone.</summary>
    public bool HasStubs { get; } = Array.Exists(segments, static segment => segment.IsStub);

    public ISegment? Last => segments.Length == 0 ? null : segments[^1];

    /// <summary>The file that covers a segment number, or null.</summary>
    public ISegment? Find(int number)
    {
        int low = 0, high = segments.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ISegment segment = segments[middle];
            if (number < segment.First)
                high = middle - 1;
            else if (number > segment.Last)
                low = middle + 1;
            else
                return segment;
        }

        return null;
    }

    public LogView With(ISegment added) => new([.. segments, added]);

    /// <summary>The view in which one file stands for those whose numbers it covers.</summary>
    public LogView Replacing(ISegment replacement)
    {
        var next = new List<ISegment>(segments.Length);
        bool placed = false;
        foreach (ISegment segment in segments)
        {
            bool covered = segment.First >= replacement.First && segment.Last <= replacement.Last;
            if (!covered)
                next.Add(segment);
            else if (!placed)
                next.Add(replacement);
            placed |= covered;
        }

        return new LogView([.. next]);
    }
}
