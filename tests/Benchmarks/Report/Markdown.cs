using System.Globalization;
using System.Text;

namespace Thermocline.Benchmarks.Report;

/// <summary>Lays rows out as a Markdown table that can be pasted into the README.</summary>
internal static class Markdown
{
    private static readonly string[] Header =
        ["benchmark", "case", "engine", "median", "p50", "p99", "bytes", "ours is better by", "goal"];

    public static string Table(IEnumerable<Row> rows)
    {
        List<string[]> cells = [Header, .. rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Header.Length).Select(column => cells.Max(row => row[column].Length))];
        var text = new StringBuilder();
        AppendLine(text, cells[0], widths);
        AppendLine(text, [.. widths.Select(width => new string('-', width))], widths);
        foreach (string[] row in cells.Skip(1))
            AppendLine(text, row, widths);
        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, string[] cells, int[] widths)
    {
        text.Append('|');
        for (int i = 0; i < cells.Length; i++)
            text.Append(' ').Append(cells[i].PadRight(widths[i])).Append(" |");
        text.Append('\n');
    }

    private static string[] Cells(Row row) =>
    [
        row.Benchmark,
        row.Case,
        row.Engine,
        $"{Number(row.Figure)} {row.Unit}",
        Microseconds(row.P50Us),
        Microseconds(row.P99Us),
        row.Bytes is { } bytes ? $"{Number(bytes)} {row.BytesOf}" : "",
        row.OursBetterBy is { } ratio ? Number(ratio) + "×" : "",
        Goal(row),
    ];

    private static string Goal(Row row)
    {
        string wanted = row switch
        {
            { GoalRatio: { } least } => $"≥ {Number(least)}×",
            { GoalAtLeast: { } least } => $"≥ {Number(least)} {row.Unit}",
            { GoalAtMost: { } most } => $"≤ {Number(most)} {row.Unit}",
            _ => "",
        };
        return row.GoalMet is { } met ? $"{wanted} {(met ? "met" : "MISSED")}" : wanted;
    }

    private static string Microseconds(double? value) => value is { } number ? $"{Number(number)} µs" : "";

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
