namespace Thermocline.Benchmarks.Get;

/// <summary>One way of reading.</summary>
internal sealed record GetCase(string Title, bool Copies, string Mode, int Threads, bool HasGoals)
{
    public static IReadOnlyList<GetCase> All { get; } =
    [
        new("read one byte", Copies: false, IReadEngine.FreshMode, Threads: 1, HasGoals: true),
        new("copy 1 KiB", Copies: true, IReadEngine.FreshMode, Threads: 1, HasGoals: false),
        new("read one byte, peers in one long read transaction", Copies: false, IReadEngine.LongMode, Threads: 1, HasGoals: false),
        new("read one byte, 2 threads", Copies: false, IReadEngine.FreshMode, Threads: 2, HasGoals: false),
    ];

    /// <summary>Only engines with transactions have a long one; ours takes part in every case, as the measure.</summary>
    public bool Includes(string engine) => Mode == IReadEngine.FreshMode || engine != EngineNames.Dictionary;

    public double? GoalAgainst(string engine) => (HasGoals, engine) switch
    {
        (true, EngineNames.Dictionary) => 2,
        (true, EngineNames.Lmdb) => 8,
        (true, EngineNames.Sqlite) => 25,
        _ => null,
    };
}
