using System.Text;

namespace Thermocline.Events.Tests.Outbox;

/// <summary>A foreign engine that is away when told to be, and keeps what it took.</summary>
internal sealed class MoodyBus : IEventBus
{
    private readonly Lock _gate = new();
    private readonly List<(string Topic, string Context, string Id, string Text)> _taken = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public bool IsAway { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public EventBusStatus Status => new("moody", !IsAway, null, []);

    /// <summary>When what was taken last ends.</summary>
    public DateTimeOffset? LastExpiresAt { get; private set; }

    public IReadOnlyList<(string Topic, string Context, string Id, string Text)> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    public ValueTask<PublishAnswer> PublishAsync(string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _asked++;
            Changed();
            if (IsAway)
                return new(new PublishAnswer(PublishOutcome.Unavailable, "away", -1));
            foreach (EventDraft draft in events.Span)
            {
                string text = Encoding.UTF8.GetString(draft.Payload.Span);
                if (text == "refused")
                    return new(new PublishAnswer(PublishOutcome.Invalid, "not this one", 0));
                LastExpiresAt = draft.ExpiresAt;
                _taken.Add((topic, draft.Context, draft.Id, text));
            }

            return new(PublishAnswer.Done);
        }
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(
        SubscriptionOptions options, EventHandling handling, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;

    /// <summary>Waits until something holds, which is looked at whenever somebody asked.</summary>
    public async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        while (true)
        {
            Task change;
            lock (_gate)
                change = _change.Task;
            if (holds())
                return;
            await change.WaitAsync(TimeSpan.FromMinutes(1), cancellation);
        }
    }

    private void Changed()
    {
        TaskCompletionSource change = _change;
        _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        change.SetResult();
    }
}
