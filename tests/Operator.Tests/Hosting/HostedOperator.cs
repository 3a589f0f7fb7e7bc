using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Leading;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Hosting;
using Thermocline.Operator.Hosting.Metrics;
using Thermocline.Operator.Tests.Cluster.Live;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

/// <summary>An operator inside the test's process, on a real API server, whose only work is to tell of the ConfigMaps it was brought.</summary>
internal sealed class HostedOperator : IEntityController<AnyObject>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _told = Channel.CreateBounded<string>(1000);
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClusterClient _client;
    private readonly Task _running;

    private HostedOperator(LiveSpace space, string identity, OperatorParts more)
    {
        _client = new ClusterClient(space.Connection, TimeProvider.System);
        var options = new RunOptions
        {
            Namespaces = [space.Name],
            Health = new IPEndPoint(IPAddress.Loopback, 0),
            Metrics = new IPEndPoint(IPAddress.Loopback, 0),
            LeaseName = "operator",
        };
        var around = new OperatorSurroundings(options, _client, NullLoggerFactory.Instance, Metrics, TimeProvider.System);
        var part = new ControllerPart<AnyObject>(around, "configmaps", LiveSpace.ConfigMaps, this, new ControllerOptions<AnyObject>());
        Host = new OperatorHost(around, part.Parts.With(more), new LeaseOptions
        {
            Lease = space.Key("operator"),
            Identity = identity,
            Duration = TimeSpan.FromSeconds(3),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
            Randomizer = static () => 0.5,
        });
        _running = RunAsync();
    }

    public OperatorMetrics Metrics { get; } = new(TimeProvider.System);

    public OperatorHost Host { get; }

    /// <summary>Ends when the operator has.</summary>
    public Task Ended => _running;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<HostedOperator> StartAsync(LiveSpace space, string identity, OperatorParts? more = null)
    {
        var hosted = new HostedOperator(space, identity, more ?? new OperatorParts());
        await hosted._ready.Task.WaitAsync(Cancellation);
        return hosted;
    }

    /// <summary>The next ConfigMap it was brought of those a test made.</summary>
    public async Task<string> NextAsync()
    {
        while (true)
        {
            string name = await _told.Reader.ReadAsync(Cancellation);
            if (name != "kube-root-ca.crt")
                return name;
        }
    }

    public Task<string> HealthAsync(string path) => GetAsync("health=", path);

    public Task<string> MetricsAsync() => GetAsync("metrics=", "/metrics");

    /// <summary>As SIGTERM does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public Task<ReconciliationResult<AnyObject>> ReconcileAsync(AnyObject entity, CancellationToken cancellationToken)
    {
        _told.Writer.TryWrite(entity.Metadata.Name!);
        return entity.Metadata.Name switch
        {
            "later" => Task.FromResult(ReconciliationResult<AnyObject>.Success(entity, TimeSpan.FromHours(1))),
            "bad" => Task.FromResult(ReconciliationResult<AnyObject>.Failure(entity, "It is bad.", null, TimeSpan.FromHours(1))),
            "worse" => throw new InvalidOperationException("Nobody foresaw it."),
            _ => Task.FromResult(ReconciliationResult<AnyObject>.Success(entity)),
        };
    }

    public Task<ReconciliationResult<AnyObject>> DeletedAsync(AnyObject entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<AnyObject>.Success(entity));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Host.RunAsync(
                line =>
                {
                    _ready.TrySetResult(line);
                    return Task.CompletedTask;
                },
                _stop.Token);
        }
        catch (HostingException failure)
        {
            _ready.TrySetException(failure);
            throw;
        }
    }

    private async Task<string> GetAsync(string which, string path)
    {
        string word = (await _ready.Task).Split(' ').Single(each => each.StartsWith(which, StringComparison.Ordinal));
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(new Uri(word[which.Length..]), path), Cancellation);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}".TrimEnd();
    }
}
