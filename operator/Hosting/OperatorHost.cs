using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Leading;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Hosting;

/// <summary>A running operator: its listeners, the parts that always run, and those that run while it leads; begun and stopped in order.</summary>
internal sealed partial class OperatorHost
{
    /// <summary>How long parts that were told to stop may take before the process goes without them.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    // How often it is looked whether the process is ready, for the log.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly OperatorSurroundings _around;
    private readonly OperatorParts _parts;
    private readonly LeaderElection _election;
    private readonly Health _health;
    private readonly ILogger _logger;
    private readonly LeaseOptions _lease;

    /// <param name="around">What its parts use.</param>
    /// <param name="parts">What it consists of.</param>
    /// <param name="lease">The lease; null for the one of the options.</param>
    public OperatorHost(OperatorSurroundings around, OperatorParts parts, LeaseOptions? lease = null)
    {
        _around = around;
        _parts = parts;
        _lease = lease ?? new LeaseOptions
        {
            Lease = new EntityKey(around.OwnNamespace, around.Options.LeaseName),
            Identity = $"{around.Options.Instance}_{Environment.ProcessId}_{(long)(around.Chance() * uint.MaxValue):x8}",
            Randomizer = around.Chance,
        };
        _election = new LeaderElection(around.Client, _lease, around.Time);
        _health = new Health([.. parts.Checks, new ReadyCheck("lease", WhyNoLease)]);
        _logger = around.Logs.CreateLogger("Thermocline.Operator");
        around.Metrics.Requests = around.Client.Counts;
        around.Metrics.Leading = (_lease.Lease.Name, () => _election.IsLeading);
    }

    /// <summary>Whether this process leads.</summary>
    public bool IsLeading => _election.IsLeading;

    /// <summary>Runs until it is told to stop; the lease is given back then.</summary>
    /// <param name="ready">Told the line for standard output once the listeners answer.</param>
    /// <param name="stop">Tells it.</param>
    /// <exception cref="HostingException">A listener cannot be had, or a part failed.</exception>
    public async Task RunAsync(Func<string, Task> ready, CancellationToken stop)
    {
        await using Listeners listeners = await Listeners.StartAsync(_around.Options, _health, _around.Metrics);
        string metrics = listeners.Metrics is { } address ? $" metrics={Plain(address)}" : "";
        await ready($"ready health={Plain(listeners.Health)}{metrics}");
        string where = _around.Options.Namespaces.Count == 0 ? "all namespaces" : string.Join(", ", _around.Options.Namespaces);
        LogStarted(_logger, _lease.Identity, where, _lease.Lease);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        OperatorTask[] tasks =
        [
            .. _parts.Always,
            new OperatorTask("leader election", token => _election.RunAsync(LeadAsync, token)),
            new OperatorTask("readiness log", LogReadinessAsync),
        ];
        HostingException? failure = await UntilOneEndsAsync(tasks, end, _health.Stop);
        if (!stop.IsCancellationRequested && failure is not null)
            throw failure;
        LogStopped(_logger);
    }

    private async Task LeadAsync(CancellationToken cancellation)
    {
        LogLeads(_logger);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        OperatorTask idle = new("idle", static token => Task.Delay(Timeout.Infinite, token));
        HostingException? failure = await UntilOneEndsAsync([.. _parts.Leading, idle], end, static () => { });
        LogLeadsNoMore(_logger);
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
            throw failure;
    }

    /// <summary>
    /// Runs tasks until they are told to end or one of them ends by itself; then all are told. The failure is that one's, or null
    /// when they were told.
    /// </summary>
    private async Task<HostingException?> UntilOneEndsAsync(IReadOnlyList<OperatorTask> tasks, CancellationTokenSource end, Action stopping)
    {
        Dictionary<Task, string> running = [];
        foreach (OperatorTask task in tasks)
            running.Add(GuardedAsync(task, end.Token), task.Name);
        Task first = await Task.WhenAny(running.Keys);
        bool told = end.IsCancellationRequested;
        stopping();
        await end.CancelAsync();
        try
        {
            await Task.WhenAll(running.Keys).WaitAsync(Grace, _around.Time);
        }
        catch (TimeoutException)
        {
            LogLeft(_logger, string.Join(", ", running.Where(static each => !each.Key.IsCompleted).Select(static each => each.Value)));
        }
        catch (HostingException)
        {
            // The one that ended first is reported; the others may have failed because of it.
        }

        if (told)
            return null;
        return first.Exception?.InnerException as HostingException ?? new HostingException($"{running[first]} ended by itself");
    }

    private static async Task GuardedAsync(OperatorTask task, CancellationToken cancellation)
    {
        try
        {
            await task.RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to end.
        }
        catch (HostingException)
        {
            throw;
        }
#pragma warning disable CA1031 // The top of a part: whatever ends it ends the operator, with the part's name.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw new HostingException($"{task.Name}: {failure.Message}", failure);
        }
    }

    private string? WhyNoLease() => _election is { IsLeading: false, Holder: null, LastFailure: { } why } ? why : null;

    private async Task LogReadinessAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookInterval, _around.Time);
        string? before = "";
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            string? now = _health.WhyNotReady;
            if (now == before)
                continue;
            if (now is null)
                LogReady(_logger);
            else
                LogNotReady(_logger, now);
            before = now;
        }
    }

    private static string Plain(Uri address) => address.GetLeftPart(UriPartial.Authority);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Identity} looks after {Namespaces}; lease {Lease}")]
    private static partial void LogStarted(ILogger logger, string identity, string namespaces, EntityKey lease);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Leads")]
    private static partial void LogLeads(ILogger logger);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Leads no more")]
    private static partial void LogLeadsNoMore(ILogger logger);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "Ready")]
    private static partial void LogReady(ILogger logger);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "Not ready: {Reasons}")]
    private static partial void LogNotReady(ILogger logger, string reasons);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "Stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "These parts did not stop in time and are left: {Parts}")]
    private static partial void LogLeft(ILogger logger, string parts);
}
