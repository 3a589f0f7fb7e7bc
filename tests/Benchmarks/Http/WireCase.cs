namespace Thermocline.Benchmarks.Http;

/// <summary>One combination of direction, socket and number of connections.</summary>
internal sealed record WireCase(int Number, bool Writes, bool Unix, int Connections)
{
    public string Title =>
        $"{(Writes ? "PUT" : "GET")} 1 KiB, {(Unix ? "unix socket" : "loopback TCP")}, {Connections} connection{(Connections == 1 ? "" : "s")}";

    public static IReadOnlyList<WireCase> All(IEnumerable<int> connections)
    {
        var combinations =
            from writes in new[] { false, true }
            from unix in new[] { true, false }
            from count in connections
            select (writes, unix, count);
        return [.. combinations.Select((each, number) => new WireCase(number, each.writes, each.unix, each.count))];
    }

    /// <summary>A number of its own for each round of each case, so that no put repeats an earlier one.</summary>
    public int TurnOf(int round) => (Number * 100) + round + 1;
}
