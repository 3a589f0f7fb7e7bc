namespace Thermocline.Testing;

/// <summary>Chooses what of the unsynced survives a tear.</summary>
internal static class Survivors
{
    private const int SectorBytes = 512;

    // Names are drawn from another sequence than bytes, so that every combination of the two is met.
    private const int NamesSalt = 0x5EED;

    public static IEnumerable<UnsyncedWrite> Of(IReadOnlyList<UnsyncedWrite> ordered, Tear tear) => tear.Kind switch
    {
        TearKind.None => [],
        TearKind.All => ordered,
        TearKind.Prefix => Prefix(ordered, new Random(tear.Seed)),
        TearKind.Sectors => Sectors(ordered, new Random(tear.Seed)),
    };

    public static IEnumerable<NameChange> Of(IReadOnlyList<NameChange> ordered, Tear tear)
    {
        var random = new Random(tear.Seed ^ NamesSalt);
        return tear.Kind switch
        {
            TearKind.None => [],
            TearKind.All => ordered,
            TearKind.Prefix => ordered.Take(random.Next(ordered.Count + 1)),
            TearKind.Sectors => ordered.Where(_ => random.Next(2) == 0),
        };
    }

    private static IEnumerable<UnsyncedWrite> Prefix(IReadOnlyList<UnsyncedWrite> ordered, Random random)
    {
        long kept = random.NextInt64(ordered.Sum(write => (long)write.Units) + 1);
        foreach (UnsyncedWrite write in ordered)
        {
            if (write.Units > kept)
            {
                if (kept > 0)
                {
                    yield return write with { Bytes = write.Bytes![..(int)kept] };
                }

                yield break;
            }

            kept -= write.Units;
            yield return write;
        }
    }

    private static IEnumerable<UnsyncedWrite> Sectors(IReadOnlyList<UnsyncedWrite> ordered, Random random)
    {
        // The share varies between seeds: with a fixed half, a long write would never be nearly whole or nearly lost.
        double share = random.NextDouble();
        foreach (UnsyncedWrite write in ordered)
        {
            foreach (UnsyncedWrite piece in Pieces(write))
            {
                if (random.NextDouble() < share)
                {
                    yield return piece;
                }
            }
        }
    }

    private static IEnumerable<UnsyncedWrite> Pieces(UnsyncedWrite write)
    {
        if (write.Bytes is null)
        {
            yield return write;
            yield break;
        }

        for (int done = 0; done < write.Bytes.Length;)
        {
            long offset = write.Offset + done;
            int step = Math.Min(write.Bytes.Length - done, SectorBytes - (int)(offset % SectorBytes));
            yield return new UnsyncedWrite(write.Node, offset, write.Bytes[done..(done + step)]);
            done += step;
        }
    }
}
