using Thermocline.Events;

namespace Thermocline.Host.Tests.Events;

/// <summary>An engine that takes whatever comes and keeps its identifiers.</summary>
internal sealed class TakingBus : IEventBus
{
    private readonly Lock _gate = new();
    private readonly List<string> _taken = [];

    /// <summary>What happens in the world while events are taken.</summary>
    public Action Taking { get; set; } = static () => { };

    public IReadOnlyList<string> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    public EventBusStatus Status => new("taking", true, null, []);

    public ValueTask<PublishAnswer> PublishAsync(string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        Taking();
        lock (_gate)
        {
            foreach (EventDraft draft in events.Span)
                _taken.Add(draft.Id);
        }

        return new(PublishAnswer.Done);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(SubscriptionOptions options, EventHandling handling, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
