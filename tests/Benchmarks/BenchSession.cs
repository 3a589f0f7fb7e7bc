using System.Globalization;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks;

/// <summary>What the benchmarks of one run share: the arguments, a folder that is removed at the end, and the rows found.</summary>
internal sealed class BenchSession : IDisposable
{
    private readonly Action<string> _say;
    private readonly List<Row> _rows = [];
    private readonly List<string> _skipped = [];

    public BenchSession(Arguments arguments, Action<string> say, CancellationToken cancellation)
    {
        Arguments = arguments;
        _say = say;
        Cancellation = cancellation;
        string own = "run-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Folder = Path.Combine(Path.GetFullPath(arguments.Folder), own);
        // A unix socket's path has about a hundred bytes at most, so sockets do not live in the data folder.
        SocketFolder = Path.Combine(Path.GetTempPath(), "thermocline-bench-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(SocketFolder);
    }

    public Arguments Arguments { get; }

    public CancellationToken Cancellation { get; }

    public string Folder { get; }

    public string SocketFolder { get; }

    public IReadOnlyList<Row> Rows => _rows;

    public IReadOnlyList<string> Skipped => _skipped;

    public bool Quick => Arguments.Quick;

    /// <summary>An empty folder of its own for one engine.</summary>
    public string NewFolder(string name)
    {
        string folder = Path.Combine(Folder, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public void Say(string line) => _say(line);

    public void Add(Row row) => _rows.Add(row);

    public void Skip(string reason)
    {
        if (_skipped.Contains(reason))
            return;
        _skipped.Add(reason);
        Say("skipped: " + reason);
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(SocketFolder, recursive: true);
    }
}
