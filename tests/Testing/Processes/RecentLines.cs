namespace Thermocline.Testing.Processes;

/// <summary>The last lines a process wrote, for the message of a failure.</summary>
internal sealed class RecentLines
{
    private const int LinesMax = 60;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];

    public void Add(string line)
    {
        lock (_gate)
        {
            if (_lines.Count == LinesMax)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join('\n', _lines);
        }
    }
}
