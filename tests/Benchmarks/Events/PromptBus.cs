using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>A bus that answers at once and keeps nothing: what is measured on it is the one who measures.</summary>
internal sealed class PromptBus : IEventBus
{
    public EventBusStatus Status => new("prompt", true, null, []);

    public ValueTask<PublishAnswer> PublishAsync(string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation) =>
        ValueTask.FromResult(PublishAnswer.Done);

    public ValueTask<IAsyncDisposable> SubscribeAsync(SubscriptionOptions options, EventHandling handling, CancellationToken cancellation) =>
        throw new NotSupportedException("Nothing is kept that could be delivered.");

    public ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
