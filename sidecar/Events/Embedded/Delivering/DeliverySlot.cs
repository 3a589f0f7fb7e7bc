using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Delivering.Window;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>
/// Handles one event after the other for a subscription, for as long as there are any: one of as many as it delivers at once.
/// Its state belongs to the group's lock.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A signal without a timer or a wait handle holds nothing that has to be disposed.")]
internal sealed class DeliverySlot(Group group, Subscription subscription) : IThreadPoolWorkItem
{
    private CancellationTokenSource _cancellation = new();
    private CancellationToken _token;

    public Subscription Subscription => subscription;

    /// <summary>The event it has, or -1.</summary>
    public long Offset { get; private set; } = -1;

    public LoadedBlock? Block { get; private set; }

    public EventView View { get; private set; }

    public int Attempt { get; private set; }

    /// <summary>Why the event is given up, or null when it is to be handled.</summary>
    public string? GivenUp { get; set; }

    /// <summary>When its handler was called.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Whether it was woken and has not asked for an event yet.</summary>
    public bool IsFresh { get; set; }

    /// <summary>Whether the handler was given up: what it answers counts for nothing.</summary>
    public bool IsAbandoned { get; private set; }

    public void Execute() => _ = RunAsync();

    /// <summary>Takes an event, with a signal of its own.</summary>
    public void Begin(long offset, in WindowEntry entry, long now)
    {
        Offset = offset;
        Block = entry.Block;
        View = entry.View;
        Attempt = entry.Attempts;
        GivenUp = entry.GivenUp;
        StartedAt = now;
        if (!_cancellation.TryReset())
            _cancellation = new CancellationTokenSource();
        _token = _cancellation.Token;
    }

    /// <summary>Has no event any more.</summary>
    public void End()
    {
        Offset = -1;
        Block = null;
        View = default;
        IsAbandoned = false;
    }

    /// <summary>The event is taken from it while its handler goes on, which keeps the bytes.</summary>
    public void Abandon()
    {
        Block!.Abandon();
        IsAbandoned = true;
    }

    /// <summary>The signal by which the current handler is asked to end. The next handler gets another one.</summary>
    public CancellationTokenSource TakeCancellation()
    {
        CancellationTokenSource current = _cancellation;
        _cancellation = new CancellationTokenSource();
        return current;
    }

    /// <summary>Why an event with this answer is not tried again, or null.</summary>
    public string? ReasonToGiveUp(Handling answer) => answer switch
    {
        Handling.Done => null,
        Handling.DeadLetter => "The handler refused it.",
        // What is no answer at all is a failure like any other.
        _ => Attempt >= subscription.Options.AttemptsMax ? $"The handler failed at {Attempt} attempts." : null,
    };

    /// <summary>The name of an event that was given none: made of its place, so it is the same for ever.</summary>
    public static string IdOf(int topic, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{topic}-{offset}");

    private async Task RunAsync()
    {
        while (group.TryTake(this))
        {
            if (GivenUp is not null || group.Complete(this, await HandleAsync()))
                await group.GiveUpAsync(this);
        }
    }

    private async ValueTask<Handling> HandleAsync()
    {
        try
        {
            return await subscription.Handle(Delivery(), _token);
        }
#pragma warning disable CA1031 // The top of the loop: whatever a handler throws, the event is tried again and the others go on.
        catch (Exception)
#pragma warning restore CA1031
        {
            return Handling.Retry;
        }
    }

    private EventDelivery Delivery()
    {
        LoadedBlock block = Block!;
        EventView view = View;
        return new EventDelivery(
            group.TopicName,
            view.IdIn(block.Bytes) ?? IdOf(group.TopicId, Offset),
            view.Context,
            block.Bytes.AsMemory(view.Payload),
            view.ContentType,
            view.MetadataIn(block.Bytes),
            DateTimeOffset.FromUnixTimeMilliseconds(view.PublishedAtMs),
            Attempt)
        {
            ExpiresAt = view.ExpiresAtMs == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(view.ExpiresAtMs),
        };
    }
}
