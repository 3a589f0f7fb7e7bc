namespace Thermocline.Simulation.Tests;

/// <summary>The last things that happened in a world.</summary>
internal sealed class Trace
{
    private const int LinesMax = 120;
    private readonly Queue<string> _lines = [];
    private int _count;

    public void Add(string line)
    {
        if (_lines.Count == LinesMax)
            _lines.Dequeue();
        _lines.Enqueue($"  {++_count,4} {line}");
    }

    public override string ToString() => string.Join(Environment.NewLine, _lines);
}
