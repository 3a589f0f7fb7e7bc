using System.Text;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

/// <summary>Short forms for tests of the embedded bus.</summary>
internal static class Events
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static EmbeddedBusOptions Quick { get; } = new()
    {
        CursorInterval = TimeSpan.FromMilliseconds(1),
        StopWaitMax = TimeSpan.FromSeconds(30),
        PublishWaitMax = TimeSpan.FromSeconds(30),
    };

    public static TieredStore Store(IFiles? files = null) => Stores.OpenSmall(files ?? new MemoryFiles());

    public static ValueTask<EmbeddedBus> OpenAsync(TieredStore store, EmbeddedBusOptions? options = null, TimeProvider? time = null)
    {
        var random = new Random(7);
        return EmbeddedBus.OpenAsync(store, options ?? Quick, time ?? TimeProvider.System, () =>
        {
            lock (random)
                return random.NextDouble();
        });
    }

    public static EventDraft Draft(string payload, string context = "", string id = "") =>
        new() { Payload = Encoding.UTF8.GetBytes(payload), Context = context, Id = id, ContentType = "text/plain" };

    public static ValueTask<PublishAnswer> PublishAsync(this EmbeddedBus bus, string topic, params EventDraft[] drafts) =>
        bus.PublishAsync(topic, drafts, CancellationToken.None);

    public static SubscriptionOptions Options(string topic, string group) => new()
    {
        Topic = topic,
        Group = group,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        RetryDelayMax = TimeSpan.FromMilliseconds(2),
    };

    public static ValueTask<IAsyncDisposable> SubscribeAsync(this EmbeddedBus bus, SubscriptionOptions options, EventHandling handling) =>
        bus.SubscribeAsync(options, handling, CancellationToken.None);

    public static string Text(this EventDelivery delivery) => Encoding.UTF8.GetString(delivery.Payload.Span);

    public static GroupStatus Group(this EmbeddedBus bus, string topic, string group) =>
        bus.Topic(topic).Groups.Single(each => each.Name == group);

    public static TopicStatus Topic(this EmbeddedBus bus, string topic) => bus.Status.Topics.Single(each => each.Name == topic);

    /// <summary>Waits until a group has nothing left to do.</summary>
    public static Task DrainAsync(this EmbeddedBus bus, string topic, string group) =>
        Eventually.IsAsync(() => bus.Group(topic, group) is { Lag: 0, InFlight: 0 }, TestContext.Current.CancellationToken);

    /// <summary>Keys of blocks in a store.</summary>
    public static int CountBlocks(TieredStore store) =>
        store.List([7, .. "_eventsb"u8], [], Limits.ListPageMax).Keys.Count;
}
