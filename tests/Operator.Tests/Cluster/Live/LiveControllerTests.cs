using System.Threading.Channels;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

public sealed class LiveControllerTests(ApiServers servers)
{
    private const string Finalizer = "thermocline.dev/test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_marked_reconciled_finalized_and_let_go()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "loop");
        var controller = new Recorder();
        using var queue = new EntityQueue(new QueueOptions(), TimeProvider.System);
        var watcher = new Watcher<AnyObject>(
            space.Client, LiveSpace.ConfigMaps, new ListScope { Namespace = space.Name, LabelSelector = "test=x" },
            new WatcherOptions { Randomizer = static () => 0.5 }, TimeProvider.System);
        var options = new ControllerOptions<AnyObject> { Finalizers = [new NamedFinalizer<AnyObject>(Finalizer, controller)] };
        ControllerLoop<AnyObject> loop =
            ControllerLoop<AnyObject>.Of(space.Client, LiveSpace.ConfigMaps, watcher, queue, controller, options);
        using var stop = new CancellationTokenSource();
        Task running = loop.RunAsync(stop.Token);

        await space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a", "1", "x"), Cancellation);
        Assert.Equal("reconcile a 1", await controller.NextAsync());
        Assert.Equal("reconcile a 1", await controller.NextAsync());
        AnyObject? marked = await space.Client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation);
        Assert.Equal([Finalizer], marked!.Metadata.Finalizers);
        await space.Client.PatchAsync(LiveSpace.ConfigMaps, space.Key("a"), LiveSpace.Value("2"), PatchOptions.Merge, Cancellation);
        Assert.Equal("reconcile a 2", await controller.NextAsync());

        await space.Client.DeleteAsync(Resources.ConfigMaps, space.Key("a"), DeleteOptions.Default, Cancellation);
        Assert.Equal("finalize a 2", await controller.NextAsync());
        Assert.Equal("finalize a 2", await controller.NextAsync());
        Assert.Equal("finalize a 2", await controller.NextAsync());
        Assert.Equal("deleted a 2", await controller.NextAsync());
        Assert.Null(await space.Client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(2, loop.Status.Failures);
    }

    /// <summary>Fails at first, then goes well; finalizes at the third attempt.</summary>
    private sealed class Recorder : IEntityController<AnyObject>, IEntityFinalizer<AnyObject>
    {
        private readonly Channel<string> _told = Channel.CreateBounded<string>(100);
        private int _reconciled;
        private int _finalized;

        public async Task<string> NextAsync() => await _told.Reader.ReadAsync(Cancellation);

        public async Task<ReconciliationResult<AnyObject>> ReconcileAsync(AnyObject entity, CancellationToken cancellationToken)
        {
            await TellAsync("reconcile", entity, cancellationToken);
            return ++_reconciled == 1
                ? throw new InvalidOperationException("The first attempt fails.")
                : ReconciliationResult<AnyObject>.Success(entity);
        }

        public async Task<ReconciliationResult<AnyObject>> DeletedAsync(AnyObject entity, CancellationToken cancellationToken)
        {
            await TellAsync("deleted", entity, cancellationToken);
            return ReconciliationResult<AnyObject>.Success(entity);
        }

        public async Task<ReconciliationResult<AnyObject>> FinalizeAsync(AnyObject entity, CancellationToken cancellationToken)
        {
            await TellAsync("finalize", entity, cancellationToken);
            return ++_finalized switch
            {
                1 => ReconciliationResult<AnyObject>.Failure(entity, "Not yet."),
                2 => ReconciliationResult<AnyObject>.Success(entity, TimeSpan.FromMilliseconds(20)),
                _ => ReconciliationResult<AnyObject>.Success(entity),
            };
        }

        private ValueTask TellAsync(string what, AnyObject entity, CancellationToken cancellation) => _told.Writer.WriteAsync(
            $"{what} {entity.Metadata.Name} {entity.Fields!["data"]!["value"]}", cancellation);
    }
}
