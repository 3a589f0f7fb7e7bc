using System.Net;
using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Events;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Hosting;

/// <summary>A running sidecar: the store, the listeners and the watch on the configuration, started and stopped in order.</summary>
internal sealed partial class SidecarHost : IAsyncDisposable
{
    /// <summary>How long requests that were cut may take to notice it.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly BoundListeners _listeners;
    private readonly TieredStore _store;
    private readonly ResilientColdStore? _cold;
    private readonly TimeSpan _grace;
    private readonly Parts _parts;
    private readonly CancellationTokenSource _watchStop = new();
    private readonly string _addressFile;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<string> _notActedOn;
    private Task _watching = Task.CompletedTask;
    private RestoreReport? _restored;
    private bool _stopped;

    private SidecarHost(WebApplication app, Parts parts, string dataFolder, ResilientColdStore? cold)
    {
        _cold = cold;
        _grace = TimeSpan.FromSeconds(parts.Setup.Reading.Configuration.Listen.GraceSeconds);
        _app = app;
        _listeners = parts.Listeners;
        _store = parts.Plane.Store;
        _parts = parts;
        _addressFile = Path.Combine(dataFolder, AdminAddress.FileName);
        _logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Thermocline.Sidecar");
        _notActedOn = parts.Setup.Reading.NotActedOn;
        Lifecycle = parts.Lifecycle;
        Watch = new ConfigurationWatch(parts.Setup.Source, parts.Force, parts.Setup.Time, _logger);
    }

    /// <summary>Where the data API answers.</summary>
    public Uri DataAddress => AdminAddress.Of(_listeners.Data!);

    /// <summary>Where health, metrics and status answer.</summary>
    public Uri Admin => AdminAddress.Of(_listeners.Admin!);

    /// <summary>Whether it has started and whether it stops.</summary>
    public Lifecycle Lifecycle { get; }

    /// <summary>The watch on the configuration file.</summary>
    public ConfigurationWatch Watch { get; }

    /// <summary>Takes a look at memory now.</summary>
    public void LookAtMemory() => _parts.Governor.Look();

    /// <summary>Every method and path of the HTTP API; a parameter that takes slashes is written like any other.</summary>
    public IReadOnlyList<string> Routes =>
    [
        .. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(static endpoint => endpoint.Metadata.GetMetadata<ListenerRole>() is null).SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(
                method => $"{method} {endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal)}")),
    ];

    /// <summary>Opens the store, binds the listeners and answers requests once it returns.</summary>
    /// <exception cref="HostingException">It cannot start; the message says why.</exception>
    /// <exception cref="StoreException">The data folder cannot be opened.</exception>
    public static async Task<SidecarHost> StartAsync(SidecarSetup setup)
    {
        SidecarConfiguration configuration = setup.Reading.Configuration;
        string folder = Path.GetFullPath(configuration.Folder.Path);
        ResilientColdStore? cold = setup.OpenCold(configuration, setup.Time);
        TieredStore? store = null;
        OpenBus? bus = null;
        try
        {
            RestoreReport? restored = await RestoreAsync(setup, folder, cold);
            store = OpenStore(setup, folder, cold);
            // The token is made after the store was opened: its lock keeps a second sidecar away from the folder.
            AdminToken token = AdminToken.Load(configuration.Listen.AdminTokenFile, folder);
            bus = await ConfiguredBus.OpenAsync(setup, store);
            Parts parts = new(setup, store, token, new ColdHealth(cold), bus);
            CheckBudget(parts);
            WebApplication app = Composition.Build(parts);
            SidecarHost host = new(app, parts, folder, cold) { _restored = restored };
            await host.ListenAsync();
            return host;
        }
        catch
        {
            if (bus is not null)
                await bus.Bus.DisposeAsync();
            store?.Dispose();
            cold?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops: says it is not ready, takes no new connections, lets running requests end inside the grace period, and
    /// closes the store so that the next open is immediate.
    /// </summary>
    /// <exception cref="StoreException">The disk failed while the store was closed; the next open recovers.</exception>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        Lifecycle.MarkStopping();
        LogStopping(_logger);
        await _watchStop.CancelAsync();
        await _watching;
        await _app.StopAsync();
        // Somebody may have taken the folder away under us; stopping goes on.
        if (File.Exists(_addressFile))
            File.Delete(_addressFile);
        _listeners.Dispose();
        _parts.Governor.Dispose();
        await _parts.MemoryEvents.DisposeAsync();
        if (await Lifecycle.Requests.WhenNoneAsync(LastWait))
        {
            if (_parts.Bus is { } bus)
                await bus.DisposeAsync();
            await ShipRestAsync();
            _store.Close();
            LogStopped(_logger);
            return;
        }
        // A request that ignores its cancellation may still look at the store's memory: better an unclean stop.
        await _store.FlushAsync();
        LogLeftOpen(_logger, Lifecycle.Requests.Count);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        _parts.Dispose();
        _watchStop.Dispose();
        _cold?.Dispose();
    }

    /// <summary>
    /// Brings the store back into an empty folder. When the cold store does not answer, the sidecar does not start: it would
    /// begin another store, whose records the bucket would refuse ever after.
    /// </summary>
    private static async Task<RestoreReport?> RestoreAsync(SidecarSetup setup, string folder, ResilientColdStore? cold)
    {
        if (cold is null || setup.Reading.Configuration.Folder.Restore != RestoreChoice.WhenEmpty)
            return null;
        try
        {
            return await TieredStore.RestoreIfEmptyAsync(setup.OpenFolder(folder), cold, setup.Time, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostingException($"data.path: cannot open {folder}: {failure.Message}", failure);
        }
    }

    private static TieredStore OpenStore(SidecarSetup setup, string folder, ResilientColdStore? cold)
    {
        StoreOptions options = StoreSettings.Of(setup.Reading.Configuration);
        try
        {
            return TieredStore.Open(options, setup.OpenFolder(folder), setup.Time, cold);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostingException($"data.path: cannot open {folder}: {failure.Message}", failure);
        }
    }

    /// <summary>A budget below what the process takes before the first request would only ever refuse writes: better say so now.</summary>
    private static void CheckBudget(Parts parts)
    {
        BudgetPlan plan = parts.Governor.Plan;
        MemoryReading reading = parts.Governor.Reading;
        long used = reading.Used, least = plan.LeastFor(reading);
        if (least <= plan.Limit)
            return;
        parts.Dispose();
        throw new HostingException(
            $"budget.limit: {plan.Limit >> 20}Mi is too little: this process uses {used >> 20} MiB before the first request, "
            + $"and needs at least {least >> 20}Mi. Raise budget.limit (and the container's limit with it).");
    }

    /// <summary>
    /// Ships what was written since the last round, so that a node that never comes back loses nothing. Not tried when the
    /// cold store is known to be away: a stop must not wait for it.
    /// </summary>
    private async Task ShipRestAsync()
    {
        if (_cold is null || _cold.Status.Circuit != ColdCircuit.Closed || _store.Status.Cold?.LastFailure is not null)
            return;
        using CancellationTokenSource limit = new(_grace);
        try
        {
            await _store.ShipAsync(limit.Token);
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException)
        {
            LogNotShipped(_logger, failure.Message);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            await _app.StartAsync();
            await File.WriteAllTextAsync(_addressFile, Admin.ToString());
        }
        catch
        {
            _listeners.Dispose();
            await _app.DisposeAsync();
            _parts.Dispose();
            throw;
        }
        RecoveryReport recovery = _store.Status.Recovery;
        LogOpened(_logger, recovery.Took.TotalMilliseconds, _store.Status.Keys, recovery.FramesReplayed,
            recovery.TornBytes, recovery.Damages.Count);
        if (_restored is { } restored)
            LogRestored(_logger, restored.Records, restored.Segments, restored.Tails);
        if (_notActedOn.Count > 0)
            LogNotActedOn(_logger, string.Join(", ", _notActedOn));
        if (_listeners.AdminFellBack)
            LogAdminFellBack(_logger, ListenConfiguration.DefaultAdmin, Admin);
        _parts.Governor.Start(_app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Thermocline.Sidecar.Governor"));
        if (_parts.Bus is { } bus)
            _parts.MemoryEvents.Start(bus, _app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Thermocline.Sidecar.Events"));
        _watching = Watch.RunAsync(_watchStop.Token);
        Lifecycle.MarkStarted();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "The store opened in {Milliseconds:0.0} ms: {Keys} keys, "
        + "{Replayed} frames replayed, {Torn} torn bytes cut, {Damages} damaged places")]
    private static partial void LogOpened(
        ILogger logger, double milliseconds, long keys, long replayed, long torn, int damages);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Configured, but not acted on: {Settings}")]
    private static partial void LogNotActedOn(ILogger logger, string settings);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information,
        Message = "Listen.admin is not configured and {Default} is taken: the admin listener answers on {Address}")]
    private static partial void LogAdminFellBack(ILogger logger, IPEndPoint @default, Uri address);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "Stopping: no new connections, running requests may end")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Stopped: the store is closed")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(EventId = 6, Level = LogLevel.Error,
        Message = "Stopped with {Running} requests running: the store is flushed but not closed, the next start recovers")]
    private static partial void LogLeftOpen(ILogger logger, int running);

    [LoggerMessage(EventId = 16, Level = LogLevel.Information, Message = "The data folder was empty: restored {Records} records in "
        + "{Segments} segments, and {Tails} unsealed segments, from the cold store")]
    private static partial void LogRestored(ILogger logger, long records, int segments, int tails);

    [LoggerMessage(EventId = 15, Level = LogLevel.Warning,
        Message = "The last writes were not shipped to the cold store; they are on the local disk: {Reason}")]
    private static partial void LogNotShipped(ILogger logger, string reason);
}
