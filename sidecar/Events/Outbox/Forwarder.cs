using Thermocline.Resp;

namespace Thermocline.Events.Outbox;

/// <summary>Publishes what waits in one local topic to the foreign engine, and asks again for as long as it takes.</summary>
/// <param name="foreign">Where events go.</param>
/// <param name="topic">The topic there.</param>
/// <param name="options">How patiently.</param>
/// <param name="world">Clock, chance, and what ends the patience.</param>
internal sealed class Forwarder(
    IEventBus foreign, string topic, OutboxOptions options, (TimeProvider Time, Func<double> Random, CancellationToken Stopping) world)
{
    /// <summary>The group under which outboxes take their events.</summary>
    public const string Group = "outbox";

    // Of the time the local engine grants a handler this much is used; then it is told to deliver again, and nothing is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(50);

    private volatile string? _lastFailure;

    /// <summary>Why the foreign engine did not take an event the last time, or null.</summary>
    public string? LastFailure => _lastFailure;

    /// <summary>
    /// How the local topic is taken. As many attempts as there may be, each of an hour: only after some forty days without the
    /// foreign engine would an event be given up, and then it lies in the topic of those that were refused.
    /// </summary>
    public static SubscriptionOptions Wish(string topic, OutboxOptions options) => new()
    {
        Topic = options.Prefix + topic,
        Group = Group,
        ConcurrencyMax = options.ConcurrencyMax,
        AttemptsMax = 1_000,
        HandlingLimit = TimeSpan.FromHours(1),
        RetryDelay = options.RetryDelay,
        RetryDelayMax = options.RetryDelayMax,
        DeadLetterTopic = options.RefusedTopic,
    };

    public async ValueTask<Handling> ForwardAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        var draft = new[]
        {
            new EventDraft
            {
                Payload = delivery.Payload,
                Context = delivery.Context,
                Id = delivery.Id,
                ContentType = delivery.ContentType,
                Metadata = delivery.Metadata,
                ExpiresAt = delivery.ExpiresAt,
            },
        };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, world.Stopping);
        try
        {
            return await ForwardAsync(draft, either.Token);
        }
        catch (OperationCanceledException) when (world.Stopping.IsCancellationRequested)
        {
            // It waits for the next process; should the foreign engine have taken it, it gets it once more.
            return Handling.Retry;
        }
    }

    private async Task<Handling> ForwardAsync(EventDraft[] draft, CancellationToken cancellation)
    {
        var pauses = new Backoff(options.RetryDelay, options.RetryDelayMax, world.Random);
        long since = world.Time.GetTimestamp();
        while (true)
        {
            PublishAnswer answer = await foreign.PublishAsync(topic, draft, cancellation);
            switch (answer.Outcome)
            {
                case PublishOutcome.Done:
                    _lastFailure = null;
                    return Handling.Done;
                case PublishOutcome.Invalid or PublishOutcome.TooLarge:
                    // It will never take this one.
                    _lastFailure = answer.Reason;
                    return Handling.DeadLetter;
            }

            _lastFailure = answer.Reason;
            if (world.Time.GetElapsedTime(since) > Patience)
                return Handling.Retry;
            await Task.Delay(pauses.Next(), world.Time, cancellation);
        }
    }
}
