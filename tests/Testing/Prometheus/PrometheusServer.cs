using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Prometheus;

/// <summary>
/// A Prometheus that scrapes one sidecar every second, on a free loopback port, with a folder of its own. Stopped by its own id.
/// </summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    // The word it logs once its API answers.
    private const string ReadyWords = "Server is ready to receive web requests";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TempFolder _folder;
    private readonly HttpClient _client;
    private readonly RecentLines _log = new();
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PrometheusServer(Process process, TempFolder folder, int port)
    {
        _process = process;
        _folder = folder;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>The last lines it wrote.</summary>
    public string Log => _log.ToString();

    /// <summary>Starts one; <see cref="ReadyAsync"/> says when it answers.</summary>
    /// <param name="program">Where it is.</param>
    /// <param name="ruleFile">The rules it evaluates every second.</param>
    /// <param name="target">The sidecar it scrapes.</param>
    public static PrometheusServer Start(PrometheusProgram program, string ruleFile, Uri target)
    {
        int port = LoopbackPort.Free();
        var folder = new TempFolder();
        string configuration = folder.Combine("prometheus.yml");
        File.WriteAllText(configuration,
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: ["{{ruleFile}}"]
            scrape_configs:
              - job_name: thermocline
                static_configs: [{targets: ["{{target.Authority}}"]}]

            """);
        var start = new ProcessStartInfo(program.Server,
        [
            $"--config.file={configuration}", $"--storage.tsdb.path={folder.Combine("data")}", $"--web.listen-address=127.0.0.1:{port}",
        ])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var server = new PrometheusServer(new Process { StartInfo = start, EnableRaisingEvents = true }, folder, port);
        server.Begin();
        return server;
    }

    /// <summary>Whether it answers; false when it ended before, or a minute passed.</summary>
    public async Task<bool> ReadyAsync(CancellationToken cancellation)
    {
        try
        {
            return await _ready.Task.WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Its clock, in seconds since 1970.</summary>
    public async Task<double> NowAsync(CancellationToken cancellation) => (await QueryAsync("time()", cancellation)).First!.Value;

    /// <summary>Asks for now.</summary>
    public Task<PrometheusAnswer> QueryAsync(string expression, CancellationToken cancellation) =>
        AskAsync("api/v1/query", new() { ["query"] = expression }, cancellation);

    /// <summary>Asks for every second between two times of its clock.</summary>
    public Task<PrometheusAnswer> RangeAsync(string expression, double from, double to, CancellationToken cancellation) => AskAsync(
        "api/v1/query_range",
        new() { ["query"] = expression, ["start"] = Text(from), ["end"] = Text(to), ["step"] = "1" },
        cancellation);

    /// <summary>Every rule it has loaded, as its API describes them.</summary>
    public async Task<IReadOnlyList<JsonElement>> RulesAsync(CancellationToken cancellation)
    {
        using JsonDocument document = JsonDocument.Parse(
            await _client.GetStringAsync(new Uri("api/v1/rules", UriKind.Relative), cancellation));
        return [.. document.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray()).Select(rule => rule.Clone())];
    }

    public async ValueTask DisposeAsync()
    {
        await PoliteEnd.StopAsync(_process);
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static string Text(double seconds) => seconds.ToString("F3", CultureInfo.InvariantCulture);

    // A form in the body: an expression may be longer than an address.
    private async Task<PrometheusAnswer> AskAsync(string path, Dictionary<string, string> form, CancellationToken cancellation)
    {
        using var content = new FormUrlEncodedContent(form);
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        return PrometheusAnswer.Parse(await answer.Content.ReadAsStringAsync(cancellation));
    }

    private void Begin()
    {
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            _log.Add(line.Data);
            if (line.Data.Contains(ReadyWords, StringComparison.Ordinal))
                _ready.TrySetResult(true);
        };
        _process.Exited += (_, _) => _ready.TrySetResult(false);
        _process.Start();
        _process.BeginErrorReadLine();
    }
}
