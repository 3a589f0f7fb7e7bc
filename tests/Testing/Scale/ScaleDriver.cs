using System.Diagnostics;
using System.Text.Json.Nodes;
using Thermocline.Testing.Cluster;

namespace Thermocline.Testing.Scale;

/// <summary>
/// Gives a real API server many MemoryClusters and pods as objects, starts the operator, and records what it takes: until all are
/// converged, while nothing happens, for one change, for one pod that comes and goes, and after a kill.
/// </summary>
public sealed class ScaleDriver
{
    // Nothing was written for so long: what convergence brought about is over.
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(8);

    private readonly ScaleOptions _options;
    private readonly IProgress<string> _progress;
    private readonly string _kubeconfig;
    private readonly AdminClient _client;
    private readonly ScaleObjects _objects;
    private readonly ServerLog _log;
    private readonly List<ScalePhase> _phases = [];

    private ScaleDriver(ScaleOptions options, IProgress<string> progress, string kubeconfig, string log)
    {
        _options = options;
        _progress = progress;
        _kubeconfig = kubeconfig;
        _client = AdminClient.Of(kubeconfig);
        _objects = new ScaleObjects(_client, options);
        _log = new ServerLog(log, _client);
    }

    /// <summary>Runs all phases on an API server of its own; null with the reason when there is none.</summary>
    public static async Task<(ScaleReport? Report, string Missing)> RunAsync(
        ScaleOptions options, IProgress<string> progress, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(ApiServer.Variable) is { Length: > 0 })
            return (null, $"{ApiServer.Variable} names a cluster: pods that are objects alone belong into one that is thrown away.");
        using var folder = new TempFolder();
        string log = folder.Combine("server.log");
        (ApiServer? server, string missing) = await ApiServer.StartAsync(cancellation, "-fake-node=false", "-log", log, "-v", "3");
        if (server is null)
            return (null, missing);
        await using (server)
        {
            var driver = new ScaleDriver(options, progress, server.Kubeconfig, log);
            using (driver._client)
                return (await driver.RunPhasesAsync(cancellation), "");
        }
    }

    private async Task<ScaleReport> RunPhasesAsync(CancellationToken cancellation)
    {
        await _objects.CreateAsync(_progress, cancellation);
        await using (MeasuredOperator first = MeasuredOperator.Start(_options.Program, _kubeconfig))
        {
            await PhaseAsync("converge", first, () => AllAsync(first, cancellation), TimeSpan.Zero, cancellation);
            await QuietAsync(first, cancellation);
            await PhaseAsync("idle", first, () => Task.Delay(_options.Idle, cancellation), TimeSpan.Zero, cancellation);
            await OneAsync("one spec changed", first, () => ChangeAsync(cancellation), cancellation);
            await OneAsync("one pod created", first, () => CreatePodAsync(cancellation), cancellation);
            await OneAsync("one pod deleted", first, () => DeletePodAsync(cancellation), cancellation);
            await first.KillAsync(cancellation);
        }

        await using MeasuredOperator second = MeasuredOperator.Start(_options.Program, _kubeconfig);
        double leads = 0;
        await PhaseAsync("restart after kill -9", second, async () => leads = await AgainAsync(second, cancellation), TimeSpan.Zero, cancellation);
        return new ScaleReport
        {
            Clusters = _options.Clusters,
            Namespaces = _options.Namespaces,
            Pods = _options.Clusters * _options.PodsEach,
            PodsAttached = _options.Clusters * _options.AttachedEach,
            About = ScaleObjects.About,
            Phases = _phases,
            LeadsAgainSeconds = leads,
        };
    }

    private async Task OneAsync(string name, MeasuredOperator at, Func<Task> change, CancellationToken cancellation)
    {
        int from = await _log.MarkAsync(cancellation);
        await PhaseAsync(name, at, change, _options.Aftermath, cancellation);
        int to = await _log.MarkAsync(cancellation);
        _phases[^1] = _phases[^1] with { Own = await _log.BetweenAsync(from, to, ScaleObjects.FirstNamespace, cancellation) };
    }

    private async Task PhaseAsync(string name, MeasuredOperator at, Func<Task> wait, TimeSpan aftermath, CancellationToken cancellation)
    {
        // A fresh process has counted nothing, and its start is part of its first phase.
        bool isFresh = _phases.Count == 0 || name.StartsWith("restart", StringComparison.Ordinal);
        OperatorCounts before = isFresh ? new OperatorCounts(0, 0, 0, 0, false) : await at.CountsAsync(cancellation);
        double cpu = isFresh ? 0 : at.CpuSeconds;
        var clock = Stopwatch.StartNew();
        await wait();
        double seconds = clock.Elapsed.TotalSeconds;
        await Task.Delay(aftermath, cancellation);
        OperatorCounts after = await at.CountsAsync(cancellation);
        var phase = new ScalePhase(
            name, seconds, clock.Elapsed.TotalSeconds, after.Requests - before.Requests, after.Writes - before.Writes,
            after.Rounds - before.Rounds, at.CpuSeconds - cpu, at.Memory);
        _phases.Add(phase);
        _progress.Report($"{name}: {seconds:0.00} s, {phase.Requests:N0} requests");
    }

    // Until every cluster's status is about its spec and counts its pods.
    private Task AllAsync(MeasuredOperator at, CancellationToken cancellation) => UntilAsync(
        at, "all clusters to be converged", TimeSpan.FromMilliseconds(500),
        async token => await _client.GetAsync(ScaleObjects.AllClusters, token) is { } list
            && list["items"]!.AsArray() is var items && items.Count == _options.Clusters
            && items.All(item => IsConverged(item!, _options.PodsEach)),
        cancellation);

    private bool IsConverged(JsonNode cluster, int pods) =>
        (long?)cluster["status"]?["observedGeneration"] == (long?)cluster["metadata"]!["generation"]
        && (int?)cluster["status"]?["desired"] == pods && (int?)cluster["status"]?["attached"] == _options.AttachedEach;

    private async Task QuietAsync(MeasuredOperator at, CancellationToken cancellation)
    {
        long writes = -1;
        await UntilAsync(at, "quiet", QuietTime, async token =>
        {
            long before = writes;
            writes = (await at.CountsAsync(token)).Writes;
            // The lease is written every two seconds.
            return before >= 0 && writes - before <= QuietTime.TotalSeconds;
        }, cancellation);
    }

    private async Task ChangeAsync(CancellationToken cancellation)
    {
        long revision = (long)(await _client.GetAsync(ScaleObjects.First, cancellation))!["status"]!["revision"]!;
        await _client.MergeAsync(
            ScaleObjects.First, (JsonObject)JsonNode.Parse("""{"spec":{"compression":{"level":"Fast"}}}""")!, cancellation);
        await UntilFirstAsync(cluster => (long?)cluster["status"]?["revision"] > revision && IsConverged(cluster, _options.PodsEach), cancellation);
    }

    private async Task CreatePodAsync(CancellationToken cancellation)
    {
        await _objects.CreateFurtherPodAsync(cancellation);
        await UntilFirstAsync(cluster => IsConverged(cluster, _options.PodsEach + 1), cancellation);
    }

    private async Task DeletePodAsync(CancellationToken cancellation)
    {
        await _objects.DeleteFurtherPodAsync(cancellation);
        await UntilFirstAsync(cluster => IsConverged(cluster, _options.PodsEach), cancellation);
    }

    private Task UntilFirstAsync(Func<JsonNode, bool> isSo, CancellationToken cancellation) => UntilAsync(
        null, "the changed cluster", TimeSpan.FromMilliseconds(20),
        async token => await _client.GetAsync(ScaleObjects.First, token) is { } cluster && isSo(cluster), cancellation);

    // The statuses are true already: it is converged once it has looked at every cluster and nothing is left to do.
    private async Task<double> AgainAsync(MeasuredOperator at, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        double leads = 0;
        await UntilAsync(at, "all clusters to be looked at again", TimeSpan.FromMilliseconds(100), async token =>
        {
            OperatorCounts counts = await at.CountsAsync(token);
            if (counts.IsLeading && leads == 0)
                leads = clock.Elapsed.TotalSeconds;
            return counts.Rounds >= _options.Clusters && counts.Busy == 0;
        }, cancellation);
        await AllAsync(at, cancellation);
        return leads;
    }

    private async Task UntilAsync(
        MeasuredOperator? at, string what, TimeSpan pause, Func<CancellationToken, Task<bool>> isSo, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo(cancellation))
        {
            if (clock.Elapsed > _options.Limit)
                throw new InvalidOperationException($"Waited {_options.Limit} for {what} in vain.\n{at?.Log}");
            await Task.Delay(pause, cancellation);
        }
    }
}
