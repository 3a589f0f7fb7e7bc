using System.Diagnostics;
using System.Text.Json.Nodes;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Cluster.Pods;

/// <summary>
/// One pod whose first init container is really started, as a process of this machine: from the pod's own command, arguments and
/// environment, with its volumes as folders. It has an address of the loopback network to itself.
/// </summary>
public sealed class RunningPod : IAsyncDisposable
{
    private readonly SidecarProgram _program;
    private readonly PodVolumes _volumes;
    private readonly RecentLines _output = new();
    private Process? _process;

    internal RunningPod(JsonNode pod, string address, string folder, SidecarProgram program)
    {
        Name = (string)pod["metadata"]!["name"]!;
        Uid = (string)pod["metadata"]!["uid"]!;
        Address = address;
        _program = program;
        _volumes = new PodVolumes(folder);
    }

    public string Name { get; }

    public string Uid { get; }

    /// <summary>Its own address of the loopback network.</summary>
    public string Address { get; }

    /// <summary>The process of its first init container; null while it has none.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>Whether the startup probe was answered.</summary>
    public bool Started { get; internal set; }

    /// <summary>Where the data API answers: the container's loopback, which here is the pod's own address.</summary>
    public Uri Data => new($"http://{Address}:7070");

    /// <summary>What the process wrote last.</summary>
    public string Output => _output.ToString();

    internal static JsonNode? ContainerOf(JsonNode pod) => (pod["spec"]!["initContainers"] as JsonArray)?.FirstOrDefault(
        static each => (string?)each!["restartPolicy"] == "Always");

    internal bool TryStart(JsonNode pod, JsonNode container, PodObjects objects)
    {
        // The second time the contents are written with the paths of all mounts.
        if (!_volumes.TryPrepare(pod, container, objects) || !_volumes.TryPrepare(pod, container, objects))
            return false;
        string[] arguments = [.. Texts(container["command"]).Skip(1), .. Texts(container["args"])];
        var start = new ProcessStartInfo(_program.FileName, [.. _program.Arguments, .. arguments.Select(_volumes.Here)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string inherited in start.Environment.Keys.Where(static name => name.StartsWith("THERMOCLINE", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(inherited);
        foreach ((string name, string value) in PodEnvironment.Of(container, pod, Address, objects))
        {
            // The loopback of a pod is its own; here it is the address that no other pod has.
            string own = name.StartsWith("THERMOCLINE__LISTEN__", StringComparison.Ordinal)
                ? value.Replace("127.0.0.1:", $"{Address}:", StringComparison.Ordinal)
                : value;
            start.Environment[name] = _volumes.Here(own);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return true;
    }

    internal void Follow(JsonNode pod, PodObjects objects) => _volumes.Follow(pod, objects);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await PoliteEnd.StopAsync(_process);
        _process?.Dispose();
    }

    private static IEnumerable<string> Texts(JsonNode? array) => (array as JsonArray ?? []).Select(static each => (string)each!);

    private void Note(string? line)
    {
        if (line is not null)
            _output.Add(line);
    }
}
