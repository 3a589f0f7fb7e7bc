using System.Diagnostics;

namespace Thermocline.Benchmarks.Children;

/// <summary>
/// The parent's side of an engine that runs in a process of its own: its heap, its code and its resident memory are
/// not mixed with any other engine's.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _killed;

    public ChildProcess(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Thermocline.Benchmarks.dll"));
        start.ArgumentList.Add(ChildArgument);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
        _registration = cancellation.Register(Kill);
        ReadAnswer();
    }

    public const string ChildArgument = "--child";

    public int Id => _process.Id;

    public Facts Ask(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        return ReadAnswer();
    }

    public void Dispose()
    {
        _registration.Dispose();
        if (!_process.HasExited)
            _process.StandardInput.Close();
        _process.WaitForExit();
        int exit = _process.ExitCode;
        _process.Dispose();
        // An engine that cannot stop cleanly has not earned its figures.
        if (exit != 0 && !_killed)
            throw new InvalidOperationException($"The child process ended with exit code {exit}.");
    }

    private Facts ReadAnswer()
    {
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The child process ended early.");
        return line.StartsWith(ChildLoop.Answer, StringComparison.Ordinal)
            ? Facts.Parse(line[ChildLoop.Answer.Length..])
            : throw new InvalidOperationException(line);
    }

    private void Kill()
    {
        _killed = true;
        if (!_process.HasExited)
            _process.Kill();
    }
}
