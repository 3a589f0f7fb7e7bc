using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Hosting.Metrics;

namespace Thermocline.Operator.Hosting;

/// <summary>
/// A controller as a part of the operator: while this process leads, every namespace it looks after is watched and its objects are
/// brought to the controller. What it does is counted and logged.
/// </summary>
internal sealed class ControllerPart<T>
    where T : class
{
    private readonly OperatorSurroundings _around;
    private readonly Resource<T> _resource;
    private readonly ControllerOptions<T> _options;
    private readonly MeteredController<T> _controller;
    private readonly ReconcileMeter _meter;
    private readonly string _name;
    private volatile IReadOnlyList<(Watcher<T> Watcher, EntityQueue Queue)> _running = [];

    /// <param name="around">What it uses.</param>
    /// <param name="name">What it is called in metrics and in the log.</param>
    /// <param name="resource">Which objects.</param>
    /// <param name="controller">Who looks after them.</param>
    /// <param name="options">How many at a time, and what runs before one may go.</param>
    public ControllerPart(
        OperatorSurroundings around, string name, Resource<T> resource, IEntityController<T> controller, ControllerOptions<T> options)
    {
        _around = around;
        _resource = resource;
        _name = name;
        _meter = around.Metrics.Controller(name);
        _meter.WorkersMax = options.Workers * around.Options.Scopes.Count;
        _meter.Queues = () => [.. _running.Select(static each => each.Queue.Status)];
        _controller = new MeteredController<T>(resource, controller, _meter, around.Logs.CreateLogger($"Thermocline.Operator.{name}"));
        _options = options with { Finalizers = [.. options.Finalizers.Select(_controller.Metered)] };
    }

    /// <summary>What is done before the first object of a scope is brought to the controller.</summary>
    public Func<ListScope, CancellationToken, Task> Before { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>What runs beside the loop of a scope and may let objects of its queue come again; null for nothing.</summary>
    public Func<ListScope, EntityQueue, CancellationToken, Task>? Beside { get; init; }

    /// <summary>As parts of an operator.</summary>
    public OperatorParts Parts => new()
    {
        Leading = [new OperatorTask(_name, RunAsync)],
        Checks = [new ReadyCheck(_name, WhyNotSynced)],
    };

    private string? WhyNotSynced()
    {
        foreach ((Watcher<T> watcher, _) in _running)
        {
            if (watcher.Status is { IsSynced: false } status)
                return $"{_resource.Type.Plural} are not listed yet{(status.LastFailure is { } why ? $": {why}" : "")}";
        }

        return null;
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        List<(Watcher<T> Watcher, EntityQueue Queue)> made = [];
        List<IDisposable> shown = [];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            List<Task> loops = [];
            foreach (ListScope scope in _around.Options.Scopes)
                await Before(scope, stop.Token);
            foreach (ListScope scope in _around.Options.Scopes)
            {
                var queue = new EntityQueue(new QueueOptions { Waited = took => _meter.Waited.Observe(_name, took) }, _around.Time);
                var watcher = new Watcher<T>(
                    _around.Client, _resource, scope, new WatcherOptions { Randomizer = _around.Chance }, _around.Time);
                made.Add((watcher, queue));
                shown.Add(_around.Metrics.Show(new WatchMeter(_resource.Type.Plural, scope.Namespace ?? "", () => watcher.Status)));
                loops.Add(ControllerLoop<T>.Of(_around.Client, _resource, watcher, queue, _controller, _options).RunAsync(stop.Token));
                if (Beside is not null)
                    loops.Add(Beside(scope, queue, stop.Token));
            }

            _running = made;
            await await Task.WhenAny(loops);
        }
        finally
        {
            await stop.CancelAsync();
            _running = [];
            shown.ForEach(static each => each.Dispose());
            made.ForEach(static each => each.Queue.Dispose());
        }
    }
}
