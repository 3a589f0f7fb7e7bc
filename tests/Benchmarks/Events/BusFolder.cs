using Thermocline.Events;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.Events;

/// <summary>An embedded bus on a store in a folder.</summary>
internal sealed class BusFolder : IDisposable
{
    /// <summary>RAM for the hot tier: what is outstanding fits, what is only kept does not have to.</summary>
    public const long HotBytes = 16L << 20;

    private readonly string _folder;

    public BusFolder(string folder, DurabilityPolicy durability)
    {
        _folder = folder;
        Store = TieredStore.Open(
            new StoreOptions { HotBytes = HotBytes, Durability = durability, BackgroundPacking = false }, new DiskFiles(folder), TimeProvider.System);
        var options = new EmbeddedBusOptions
        {
            BacklogEventsMax = 10_000_000,
            BacklogBytesMax = 16L << 30,
            PublishWaitMax = TimeSpan.FromSeconds(10),
        };
        var random = new Random(1);
        Bus = EmbeddedBus.OpenAsync(Store, options, TimeProvider.System, () =>
        {
            lock (random)
                return random.NextDouble();
        }).AsTask().GetAwaiter().GetResult();
    }

    public TieredStore Store { get; }

    public EmbeddedBus Bus { get; }

    /// <summary>Bytes of all its files.</summary>
    public long DiskBytes => new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);

    public void Publish(string topic, ReadOnlyMemory<EventDraft> events) =>
        Demand(Bus.PublishAsync(topic, events, CancellationToken.None).AsTask().GetAwaiter().GetResult());

    public static void Demand(PublishAnswer answer)
    {
        if (answer.Outcome != PublishOutcome.Done)
            throw new InvalidOperationException($"A publication was answered {answer}.");
    }

    public void Dispose()
    {
        Bus.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Store.Dispose();
    }
}
