using System.Globalization;
using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>
/// Handles one event after the other for a subscription, for as long as there are any: one of as many as it delivers at once.
/// Its state belongs to the group's lock.
/// </summary>
internal sealed class DeliverySlot(Group group, Subscription subscription) : IThreadPoolWorkItem, IDisposable
{
    private CancellationTokenSource _cancellation = new();
    private CancellationToken _token;

    public Subscription Subscription => subscription;

    /// <summary>The event it has, or -1.</summary>
    public long Offset { get; set; } = -1;

    public LoadedBlock? Block { get; set; }

    public EventView View { get; set; }

    public int Attempt { get; set; }

    /// <summary>Why the event is given up, or null when it is to be handled.</summary>
    public string? GivenUp { get; set; }

    /// <summary>When its handler was called.</summary>
    public long StartedAt { get; set; }

    /// <summary>Whether it was woken and has not asked for an event yet.</summary>
    public bool IsFresh { get; set; }

    /// <summary>Whether the handler was given up: what it answers counts for nothing.</summary>
    public bool IsAbandoned { get; set; }

    public void Execute() => _ = RunAsync();

    /// <summary>Makes the signal ready for the next handler.</summary>
    public void Prepare()
    {
        if (!_cancellation.TryReset())
            _cancellation = new CancellationTokenSource();
        _token = _cancellation.Token;
    }

    /// <summary>The signal by which the current handler is asked to end. The next handler gets another one.</summary>
    public CancellationTokenSource TakeCancellation()
    {
        CancellationTokenSource current = _cancellation;
        _cancellation = new CancellationTokenSource();
        return current;
    }

    public void Dispose() => _cancellation.Dispose();

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
            Attempt);
    }

    /// <summary>The name of an event that was given none: made of its place, so it is the same for ever.</summary>
    public static string IdOf(int topic, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{topic}-{offset}");
}
