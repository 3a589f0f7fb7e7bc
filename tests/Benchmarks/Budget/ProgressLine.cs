using System.Globalization;
using Thermocline.Testing.Budget;

namespace Thermocline.Benchmarks.Budget;

/// <summary>A bar on a terminal; elsewhere a line for every tenth.</summary>
internal sealed class ProgressLine(Action<string> say) : IProgress<BudgetProgress>
{
    private const int Width = 40;

    private readonly Lock _gate = new();
    private (string What, int Tenth) _said = ("", -1);

    public void Report(BudgetProgress value)
    {
        double share = Math.Clamp(value.Share, 0, 1);
        lock (_gate)
        {
            if (Console.IsErrorRedirected)
                SayTenth(value.What, (int)(share * 10));
            else
                Draw(value.What, share);
        }
    }

    private void SayTenth(string what, int tenth)
    {
        if (_said == (what, tenth))
            return;
        _said = (what, tenth);
        say($"{what}: {tenth * 10} %");
    }

    private static void Draw(string what, double share)
    {
        int full = (int)(share * Width);
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture,
            $"\r[{new string('#', full)}{new string('.', Width - full)}] {share,4:P0} {what}{(share >= 1 ? "\n" : "")}"));
    }
}
