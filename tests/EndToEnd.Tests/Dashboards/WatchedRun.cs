using System.Diagnostics;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Processes;
using Thermocline.Testing.Prometheus;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>
/// A sidecar with a cold store, watched by a Prometheus through a scripted load with an emergency in it. Run once, when the first
/// test asks; Prometheus answers questions about it afterwards.
/// </summary>
public sealed class WatchedRun : IAsyncDisposable
{
    // Segments are an eighth of the first budget: a small one makes segments that are soon full, packed and shipped.
    private const string AtStart = "192Mi";

    // Less than the process needs, whatever it gives back; and more than it ever holds.
    private const string Tight = "48Mi";
    private const string Roomy = "1Gi";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();
    private readonly Lazy<Task> _run;
    private SidecarProcess? _sidecar;
    private PrometheusServer? _prometheus;
    private DaprdPubSub? _broker;

    public WatchedRun() => _run = new Lazy<Task>(RunAsync);

    /// <summary>The sidecar, as the label <c>instance</c> names it.</summary>
    public string Instance { get; private set; } = "";

    /// <summary>Prometheus' clock at the first scrape.</summary>
    public double From { get; private set; }

    /// <summary>Prometheus' clock at the end of the load.</summary>
    public double To { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Configuration => _folder.Combine("thermocline.yaml");

    public async Task<PrometheusServer> UseAsync()
    {
        await _run.Value;
        return _prometheus!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RunAsync()
    {
        SidecarProgram program = SidecarProgram.Need();
        PrometheusProgram prometheus = PrometheusProgram.Need();
        await BudgetAsync(AtStart);
        _sidecar = SidecarProcess.Serve(program, _folder.Combine("data"), "--config", Configuration);
        Uri address = await _sidecar.AddressAsync(Cancellation);
        Instance = address.Authority;
        _prometheus = PrometheusServer.Start(prometheus, RuleFile.Path, address);
        Assert.True(await _prometheus.ReadyAsync(Cancellation), $"Prometheus did not start:\n{_prometheus.Log}");
        From = await _prometheus.NowAsync(Cancellation);

        using Daprd daprd = await Daprd.StartAsync(_folder.Combine("s"), "watcher", Cancellation);
        _broker = await daprd.OpenPubSubAsync(new DaprdComponent("events", "pubsub.thermocline"), Cancellation);
        await using DaprdSubscription subscription = await _broker.SubscribeAsync(
            "memory.write", null, static _ => Task.CompletedTask, Cancellation);

        using var client = new HttpClient { BaseAddress = address };
        var load = new ScriptedLoad(client);
        await UntilAsync(load, "sum(thermocline_compression_records) > 0 and sum(thermocline_cold_evicted_segments_total) > 0");
        await BudgetAsync(Tight);
        // Not the counter alone: the rule is evaluated on a clock of its own, and the emergency must last until it was.
        await UntilAsync(load, """ALERTS{alertname="ThermoclineRefusesWrites"}""");
        // The emergency has dropped hot records: what is old is read from where it sank to.
        await UntilAsync(load, """sum(thermocline_memory_reads_total{tier="cold"}) > 0""");
        await BudgetAsync(Roomy);
        await UntilAsync(load, "max(thermocline_pressure_state) == 0");
        To = await _prometheus.NowAsync(Cancellation);
    }

    private Task BudgetAsync(string limit) => File.WriteAllTextAsync(
        Configuration,
        $$"""
        budget: {limit: {{limit}}}
        tiers:
          warm: {maxBytes: 1Mi}
          cold: {kind: folder, path: "{{_folder.Combine("cold")}}", shipIntervalSeconds: 1, archiveAfterDays: 0}
        dapr: {socketFolder: "{{_folder.Combine("s")}}"}
        events: {publish: [memory.write, memory.access]}

        """,
        Cancellation);

    /// <summary>Keeps the load up until Prometheus has seen it come to be so; fails when it never does.</summary>
    private async Task UntilAsync(ScriptedLoad load, string condition)
    {
        long start = Stopwatch.GetTimestamp();
        while ((await _prometheus!.QueryAsync(condition, Cancellation)).Series.Count == 0)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                Assert.Fail($"It did not come to be so: {condition}\n{_sidecar!.Output}\n{await FiguresAsync()}");
            await RoundAsync(load);
        }
    }

    private async Task RoundAsync(ScriptedLoad load)
    {
        try
        {
            await load.RoundAsync(Cancellation);
            await _broker!.PingAsync(Cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"A round of the load failed: {failure.Message}\n{_sidecar!.Output}", failure);
        }
    }

    // What the sidecar says of itself, without the buckets of histograms.
    private async Task<string> FiguresAsync()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{Instance}") };
        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        return string.Join('\n', text.Split('\n').Where(line =>
            !line.StartsWith('#') && !line.Contains("_bucket", StringComparison.Ordinal)));
    }
}
