using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.Get;

/// <summary>What finding a value costs in RAM: bytes of index for each key, and bytes resident for each key in all.</summary>
internal static class IndexComparison
{
    private const double IndexGoal = 3;

    public static void Report(BenchSession session, string benchmark, KeySpace space, IReadOnlyList<GetEntrant> entrants)
    {
        GetEntrant ours = entrants[0];
        double oursIndex = ours.Loaded["indexBytes"] / ours.Loaded["keys"];
        // Measured here, in the parent: only the difference of the two heap sizes counts.
        double dictionaryIndex = DictionaryReadEngine.IndexBytesPerKey(space);
        session.Add(IndexRow(benchmark, ours.Engine, oursIndex, null));
        session.Add(IndexRow(benchmark, EngineNames.Dictionary, dictionaryIndex, dictionaryIndex / oursIndex));
        double oursResident = ResidentPerKey(ours, space);
        foreach (GetEntrant entrant in entrants)
        {
            double resident = ResidentPerKey(entrant, space);
            session.Add(new()
            {
                Benchmark = benchmark,
                Case = "RAM in all (private, and the file's pages where reads are served from them)",
                Engine = entrant.Engine,
                Figure = resident,
                Unit = "B/key",
                OursBetterBy = entrant == ours ? null : resident / oursResident,
            });
        }
    }

    private static Row IndexRow(string benchmark, string engine, double perKey, double? betterBy) => new()
    {
        Benchmark = benchmark,
        Case = "index alone",
        Engine = engine,
        Figure = perKey,
        Unit = "B/key",
        OursBetterBy = betterBy,
        GoalRatio = betterBy is null ? null : IndexGoal,
    };

    /// <summary>
    /// LMDB and SQLite read from the page cache: without their file's pages in RAM they would not have been measured at
    /// the speed they were. Ours and the dictionary hold the values themselves.
    /// </summary>
    private static double ResidentPerKey(GetEntrant entrant, KeySpace space)
    {
        double filePages = entrant.Engine is EngineNames.Lmdb or EngineNames.Sqlite ? entrant.Loaded["fileBytes"] : 0;
        return (entrant.Loaded["anonymous"] + filePages) / space.Count;
    }
}
