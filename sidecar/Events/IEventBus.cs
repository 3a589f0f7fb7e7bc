namespace Thermocline.Events;

/// <summary>
/// Events between programs: at least once, in order within a context, to every group. All members may be called from many threads
/// at once. Disposing it ends its subscriptions; what was taken stays taken.
/// </summary>
public interface IEventBus : IAsyncDisposable
{
    /// <summary>Figures of this moment.</summary>
    EventBusStatus Status { get; }

    /// <summary>
    /// Publishes events to a topic: all or none. <see cref="PublishOutcome.Done"/> says that they outlive the process. Waits for room in
    /// the backlog no longer than the engine's options say.
    /// </summary>
    ValueTask<PublishAnswer> PublishAsync(string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation);

    /// <summary>Begins to deliver to a group. Disposing what is returned ends it, once handlers that run have ended.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">There are too many topics or groups.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync(SubscriptionOptions options, EventHandling handling, CancellationToken cancellation);

    /// <summary>
    /// Forgets a group and what it had still to handle, so that it holds nothing back any more. False when there is none of that
    /// name.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has subscriptions in this process.</exception>
    /// <exception cref="EventBusException">It could not be forgotten now.</exception>
    ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation);
}
