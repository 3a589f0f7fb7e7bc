namespace Thermocline.Benchmarks.Open;

/// <summary>What is warm when the clock starts.</summary>
/// <param name="Title">For the report.</param>
/// <param name="Rehearsed">Whether the process has opened another store before, so that its code is compiled.</param>
/// <param name="DropsPages">Whether the files are out of the page cache.</param>
/// <param name="HasGoal">Whether the goal is meant for this case.</param>
internal sealed record OpenCase(string Title, bool Rehearsed, bool DropsPages, bool HasGoal)
{
    public static IReadOnlyList<OpenCase> All { get; } =
    [
        new("files in the page cache", Rehearsed: true, DropsPages: false, HasGoal: true),
        new("files not in the page cache", Rehearsed: true, DropsPages: true, HasGoal: false),
        new("code not compiled yet", Rehearsed: false, DropsPages: false, HasGoal: false),
    ];
}
