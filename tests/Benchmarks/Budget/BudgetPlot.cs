using System.Globalization;
using System.Text;
using Thermocline.Testing.Budget;

namespace Thermocline.Benchmarks.Budget;

/// <summary>
/// A run as a picture: the lines of memory over time below the limits, and a lane of ticks for each step of the ladder. Its
/// colours are told apart on light and on dark pages.
/// </summary>
internal sealed class BudgetPlot(BudgetReport report, string title)
{
    private const int Width = 960;
    private const int Left = 96;
    private const int Right = 944;
    private const int Top = 44;
    private const int Bottom = 400;
    private const int LaneHeight = 16;
    private const int PointsMax = 800;
    private const double Mebibyte = 1 << 20;

    private const string Style = """
        text { font: 12px system-ui, sans-serif; fill: #57606a } .title { font-size: 14px; font-weight: 600 }
        .axis { stroke: #8c959f; stroke-width: 1 } .grid { stroke: #8c959f; stroke-opacity: .25; stroke-width: 1 }
        path { fill: none; stroke-width: 1.6 } .limit { stroke: #cf222e } .budget { stroke: #cf222e; stroke-dasharray: 6 3 }
        .mark { stroke: #bf8700; stroke-dasharray: 2 3 } .working { stroke: #0969da } .resident { stroke: #8250df }
        .usage { stroke: #8c959f; stroke-width: 1 } .tick { stroke: #1a7f37; stroke-width: 1.2; stroke-opacity: .8 }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1 } .limit, .budget { stroke: #f85149 } .mark { stroke: #d29922 } .working { stroke: #4493f8 }
          .resident { stroke: #ab7df8 } .tick { stroke: #3fb950 }
        }
        """;

    private readonly double _seconds = Math.Max(1, report.Samples.Max(static sample => sample.At.TotalSeconds));
    private readonly double _most = 1.08 * report.Samples.Max(static sample => Math.Max(sample.Cgroup.LimitBytes, sample.ResidentBytes));
    private readonly StringBuilder _svg = new();

    public static void Write(string path, BudgetReport report, string title) =>
        File.WriteAllText(path, new BudgetPlot(report, title).Draw());

    private string Draw()
    {
        string[] lanes = [.. report.Actions.Select(static each => each.Action.Step).Distinct().Order(StringComparer.Ordinal)];
        int height = Bottom + 40 + (lanes.Length * LaneHeight) + 30;
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" role=\"img\"><title>{Escaped(title)}</title>");
        Add($"<style>{Style}</style><text class=\"title\" x=\"{Left}\" y=\"22\">{Escaped(title)}</text>");
        DrawAxes();
        Line("usage", static sample => sample.Cgroup.UsageBytes);
        Line("limit", static sample => sample.Cgroup.LimitBytes);
        Line("budget", static sample => sample.BudgetBytes);
        Line("mark", static sample => sample.Pressure.HighBytes);
        Line("mark", static sample => sample.Pressure.CriticalBytes);
        Line("resident", static sample => sample.ResidentBytes);
        Line("working", static sample => sample.Cgroup.WorkingSetBytes);
        for (int i = 0; i < lanes.Length; i++)
            DrawLane(lanes[i], Bottom + 40 + (i * LaneHeight));
        DrawLegend(height - 12);
        return Add($"</svg>").ToString();
    }

    private void DrawAxes()
    {
        double step = StepOf(_most / Mebibyte / 6);
        for (double mebibytes = 0; mebibytes * Mebibyte <= _most; mebibytes += step)
        {
            double y = Y(mebibytes * Mebibyte);
            Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{y:0.0}\" y2=\"{y:0.0}\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{y + 4:0.0}\" text-anchor=\"end\">{mebibytes:0}</text>");
        }

        Add($"<text x=\"8\" y=\"{Top - 8}\">MiB</text><line class=\"axis\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/>");
        step = StepOf(_seconds / 8);
        for (double seconds = 0; seconds <= _seconds; seconds += step)
            Add($"<text x=\"{X(seconds):0.0}\" y=\"{Bottom + 16}\" text-anchor=\"middle\">{seconds:0} s</text>");
    }

    /// <summary>One line; of samples that fall on one point the highest is drawn, so that no peak is lost.</summary>
    private void Line(string kind, Func<BudgetSample, long> figure)
    {
        int size = Math.Max(1, (report.Samples.Count + PointsMax - 1) / PointsMax);
        var path = new StringBuilder();
        foreach (BudgetSample[] some in report.Samples.Chunk(size))
        {
            long value = some.Max(figure);
            if (value > 0)
                path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{X(some[0].At.TotalSeconds):0.0} {Y(value):0.0}");
        }

        if (path.Length > 0)
            Add($"<path class=\"{kind}\" d=\"{path}\"/>");
    }

    private void DrawLane(string step, int y)
    {
        // Ticks that would lie on each other are drawn once.
        int[] places = [.. report.Actions.Where(each => each.Action.Step == step && each.At >= TimeSpan.Zero)
            .Select(each => (int)X(each.At.TotalSeconds)).Distinct()];
        Add($"<text x=\"{Left - 8}\" y=\"{y + 11}\" text-anchor=\"end\" style=\"font-size:10px\">{Escaped(step)}</text>");
        foreach (int x in places)
            Add($"<line class=\"tick\" x1=\"{x}\" x2=\"{x}\" y1=\"{y + 2}\" y2=\"{y + LaneHeight - 2}\"/>");
    }

    private void DrawLegend(int y)
    {
        (string Kind, string Name)[] lines =
        [
            ("working", "working set"), ("resident", "resident set"), ("usage", "with page cache"), ("limit", "cgroup limit"),
            ("budget", "budget"), ("mark", "marks"),
        ];
        for (int i = 0; i < lines.Length; i++)
        {
            int x = Left + (i * 141);
            Add($"<path class=\"{lines[i].Kind}\" d=\"M{x} {y - 4}h22\"/><text x=\"{x + 28}\" y=\"{y}\">{lines[i].Name}</text>");
        }
    }

    private double X(double seconds) => Left + ((Right - Left) * seconds / _seconds);

    private double Y(double bytes) => Bottom - ((Bottom - Top) * bytes / _most);

    private StringBuilder Add(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    // 1, 2 or 5 times a power of ten.
    private static double StepOf(double about)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(about, 1e-3))));
        return power * (about / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }
}
