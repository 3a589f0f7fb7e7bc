namespace Thermocline.Store.Packing;

/// <summary>Files to be packed into one.</summary>
/// <param name="Start">Place of the first among the candidates.</param>
/// <param name="Count">How many.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct PackJob(int Start, int Count, PackReason Reason);

/// <summary>Why files are packed.</summary>
internal enum PackReason
{
    /// <summary>They are raw.</summary>
    Raw,

    /// <summary>They are small and many: a listing looks into each.</summary>
    Small,

    /// <summary>Much of them is dead.</summary>
    Dead,
}

/// <summary>Decides what is packed next. Pure: the same candidates give the same answer.</summary>
internal static class PackPlan
{
    /// <summary>Frames that are packed together: bounds the memory for their keys.</summary>
    public const int FramesMax = 131_072;

    /// <summary>Bytes of live frames that are packed together.</summary>
    public const long BytesMax = 64L << 20;

    /// <summary>Neighbours that are merged at once: each record is rewritten once in so many merges.</summary>
    public const int MergeMin = 4;

    /// <summary>A file is rewritten when this share of its frames is dead, in percent.</summary>
    public const int DeadPercent = 50;

    /// <summary>The next job, or null.</summary>
    public static PackJob? Next(ReadOnlySpan<PackCandidate> files) => FindRaw(files) ?? FindSmall(files) ?? FindDead(files);

    private static PackJob? FindRaw(ReadOnlySpan<PackCandidate> files)
    {
        for (int i = 0; i < files.Length; i++)
        {
            if (!files[i].IsPacked && files[i].CanChange)
                return new PackJob(i, Run(files, i, static file => !file.IsPacked), PackReason.Raw);
        }

        return null;
    }

    private static PackJob? FindSmall(ReadOnlySpan<PackCandidate> files)
    {
        for (int i = 0; i < files.Length; i++)
        {
            if (!files[i].IsPacked || !files[i].CanChange)
                continue;
            // Only files of a size: merging a little into a lot again and again would write the lot each time.
            long most = Math.Max(1 << 20, files[i].LiveBytes * MergeMin);
            int count = Run(files, i, file => file.IsPacked && file.LiveBytes <= most);
            if (count >= MergeMin)
                return new PackJob(i, count, PackReason.Small);
        }

        return null;
    }

    private static PackJob? FindDead(ReadOnlySpan<PackCandidate> files)
    {
        for (int i = 0; i < files.Length; i++)
        {
            PackCandidate file = files[i];
            if (file.IsPacked && file.CanChange && file.DeadFrames > 0
                && (long)file.DeadFrames * 100 >= (long)file.Frames * DeadPercent)
            {
                return new PackJob(i, 1, PackReason.Dead);
            }
        }

        return null;
    }

    /// <summary>Neighbours from a place on that fit into one file.</summary>
    private static int Run(ReadOnlySpan<PackCandidate> files, int start, Func<PackCandidate, bool> fits)
    {
        long bytes = 0, frames = 0;
        int count = 0;
        for (int i = start; i < files.Length && files[i].CanChange && fits(files[i]); i++)
        {
            bytes += files[i].LiveBytes;
            frames += files[i].LiveFrames;
            if (count > 0 && (bytes > BytesMax || frames > FramesMax))
                break;
            count++;
        }

        return count;
    }
}
