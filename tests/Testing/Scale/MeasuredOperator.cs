using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Scale;

/// <summary>The operator as the process it is shipped as, with what it counts and what the kernel says of it.</summary>
internal sealed partial class MeasuredOperator : IAsyncDisposable
{
    private readonly OperatorProcess _process;

    private MeasuredOperator(OperatorProcess process) => _process = process;

    /// <summary>The last lines of standard error.</summary>
    public string Log => _process.Log;

    public double CpuSeconds
    {
        get
        {
            using var process = Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    public OperatorMemory Memory
    {
        get
        {
            string[] lines = File.ReadAllLines($"/proc/{_process.Id}/status");
            return new OperatorMemory(BytesOf(lines, "VmRSS:"), BytesOf(lines, "RssAnon:"), BytesOf(lines, "VmHWM:"));
        }
    }

    public static MeasuredOperator Start(string program, string kubeconfig) => new(OperatorProcess.Start(
        program, "run", "--kubeconfig", kubeconfig, "--operator-namespace", ScaleObjects.OperatorNamespace, "--log-level", "warning",
        "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--webhook-address", ""));

    /// <summary>What it counted until now.</summary>
    public async Task<OperatorCounts> CountsAsync(CancellationToken cancellation)
    {
        string text = await _process.GetAsync("metrics", "/metrics", cancellation);
        (string Name, string Labels, double Value)[] samples =
        [
            .. Sample().Matches(text).Select(static match => (
                match.Groups[1].Value, match.Groups[2].Value, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture))),
        ];
        long Sum(string name, Func<string, bool> counts) =>
            (long)samples.Where(each => each.Name == name && counts(each.Labels)).Sum(static each => each.Value);
        return new OperatorCounts(
            Sum("rest_client_requests_total", static _ => true),
            Sum("rest_client_requests_total", static labels => !labels.Contains("method=\"GET\"", StringComparison.Ordinal)),
            Sum("controller_runtime_reconcile_total", static _ => true),
            Sum("workqueue_depth", static _ => true) + Sum("controller_runtime_active_workers", static _ => true),
            Sum("leader_election_master_status", static _ => true) > 0);
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public Task KillAsync(CancellationToken cancellation) => _process.KillAsync(cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static long BytesOf(string[] lines, string name) =>
        1024 * long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\w+)(\{[^}]*\})? (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Sample();
}

/// <summary>What an operator counted since its start.</summary>
/// <param name="Requests">Requests to the API server.</param>
/// <param name="Writes">Those that were not reads.</param>
/// <param name="Rounds">Times a cluster was worked on.</param>
/// <param name="Busy">Clusters that wait or are worked on.</param>
/// <param name="IsLeading">Whether it leads.</param>
internal sealed record OperatorCounts(long Requests, long Writes, long Rounds, long Busy, bool IsLeading);
