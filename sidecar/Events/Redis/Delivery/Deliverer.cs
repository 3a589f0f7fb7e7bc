using System.Collections.Frozen;
using System.Globalization;
using Thermocline.Events.Redis.Publishing;
using Thermocline.Events.Redis.Scripts;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Delivery;

/// <summary>Does all there is to do with one event: tries it until it is handled, given up, or no longer ours.</summary>
internal sealed class Deliverer(
    RedisLink link, RedisTopic topic, RedisTopic? deadLetters, (SubscriptionOptions Options, EventHandling Handling) subscription)
    : IDisposable
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = FrozenDictionary<string, string>.Empty;

    private readonly SubscriptionOptions _options = subscription.Options;
    private readonly SemaphoreSlim _slots = new(subscription.Options.ConcurrencyMax);
    private readonly CancellationTokenSource _stop = new();

    public Counts Counts { get; } = new();

    /// <summary>No event is begun any more; what runs goes on, and pauses end.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Dispose();
        _slots.Dispose();
    }

    /// <summary>True when the event is done with and has to be acknowledged; false when it was acknowledged, or is not ours.</summary>
    public async Task<bool> DeliverAsync(HeldEvent held)
    {
        try
        {
            return await TryAsync(held);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested || held.Tenure.Ended.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> TryAsync(HeldEvent held)
    {
        if (held.Draft is not { } draft)
            return await BuryAsync(held, default, "it is no event");
        var pauses = new Backoff(_options.RetryDelay, _options.RetryDelayMax, link.Random);
        int attempt = Math.Max(held.Deliveries, 1);
        int counted = attempt;
        if (held.IsRecovered)
            counted++;
        while (IsWanted(held))
        {
            if (draft.ExpiresAt <= link.Time.GetUtcNow())
                return true;
            if (attempt > _options.AttemptsMax)
                return await BuryAsync(held, draft, $"{_options.AttemptsMax} attempts");
            if (counted > 1)
                await CountAsync(held, counted);
            Handling? handling = await HandleAsync(held, draft, attempt);
            switch (handling)
            {
                case null:
                    return false;
                case Handling.Done:
                    Counts.CountHandled();
                    return true;
                case Handling.DeadLetter:
                    return await BuryAsync(held, draft, "its handler");
            }

            counted = ++attempt;
            if (attempt <= _options.AttemptsMax)
                await PauseAsync(held, pauses.Next());
        }

        return false;
    }

    private bool IsWanted(HeldEvent held) => held.Tenure.IsOurs && !_stop.IsCancellationRequested;

    private async Task PauseAsync(HeldEvent held, TimeSpan pause)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, held.Tenure.Ended);
        await Task.Delay(pause, link.Time, either.Token);
    }

    // One call of the handler; null when it was not called because the event is no longer ours.
    private async Task<Handling?> HandleAsync(HeldEvent held, EventDraft draft, int attempt)
    {
        await _slots.WaitAsync(_stop.Token);
        held.Tenure.Enter();
        Counts.Begin();
        try
        {
            // The slot may have taken its time.
            if (!IsWanted(held))
                return null;
            if (attempt > 1)
                Counts.CountRedelivered();
            return await CallAsync(held, DeliveryOf(held, draft, attempt));
        }
        finally
        {
            Counts.End();
            held.Tenure.Leave();
            _slots.Release();
        }
    }

    private async Task<Handling> CallAsync(HeldEvent held, EventDelivery delivery)
    {
        using var limit = new CancellationTokenSource(_options.HandlingLimit, link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, held.Tenure.Ended);
        try
        {
            ValueTask<Handling> handling = subscription.Handling(delivery, either.Token);
            return handling.IsCompleted ? await handling : await handling.AsTask().WaitAsync(either.Token);
        }
#pragma warning disable CA1031 // Whatever a handler throws says that the event is not handled; it is tried again, and is a dead letter at last.
        catch (Exception)
        {
            return Handling.Retry;
        }
#pragma warning restore CA1031
    }

    private EventDelivery DeliveryOf(HeldEvent held, EventDraft draft, int attempt) => new(
        topic.Name, draft.Id.Length > 0 ? draft.Id : IdOf(held), draft.Context, draft.Payload, draft.ContentType,
        draft.Metadata ?? NoMetadata, held.Id.At, attempt)
    {
        ExpiresAt = draft.ExpiresAt,
    };

    private static string IdOf(HeldEvent held) => string.Create(CultureInfo.InvariantCulture, $"{held.Partition.Number}/{held.Id}");

    // What counts attempts is kept by the server, so that an event that kills its handlers comes to an end too. The count of the
    // attempt that a member before may have begun goes up before it is begun again, and no other: what was only waiting in line
    // when its holder was killed is nobody's failure.
    private async Task CountAsync(HeldEvent held, int attempts)
    {
        RespBatch batch = new RespBatch().Begin(9).Part("XCLAIM").Part(held.Partition.Stream).Part(_options.Group).Part(link.Member)
            .Part("0").Part(held.Id.ToString()).Part("RETRYCOUNT").Part(attempts).Part("JUSTID");
        try
        {
            await link.Client.SendAsync(batch, held.Tenure.Ended);
        }
        catch (RespException)
        {
            // A count may be lost; the event is not.
        }
    }

    private async Task<bool> BuryAsync(HeldEvent held, EventDraft? draft, string why)
    {
        if (deadLetters is null)
        {
            Counts.CountDeadLetter();
            return true;
        }

        EventDraft letter = LetterOf(held, draft ?? default, why);
        var pauses = new Backoff(_options.RetryDelay, _options.RetryDelayMax, link.Random);
        while (IsWanted(held))
        {
            try
            {
                long answer = await BuryOnceAsync(held, letter);
                if (answer == 1)
                    Counts.CountDeadLetter();
                if (answer >= 0)
                    return true;
            }
            catch (RespException)
            {
                // Away, or answered and the answer was lost: asked again, it is there once all the same.
            }

            await PauseAsync(held, pauses.Next());
        }

        return false;
    }

    private async Task<long> BuryOnceAsync(HeldEvent held, EventDraft letter)
    {
        IReadOnlyList<string> streams = await deadLetters!.StreamsAsync(held.Tenure.Ended);
        string[] keys = [held.Partition.Stream, deadLetters.StreamOf(letter.Context)];
        RespValue answer = await RedisScripts.Bury.RunAsync(
            link.Client,
            keys,
            batch =>
            {
                batch.Part(_options.Group).Part(held.Id.ToString()).Part((link.Options.BacklogMax / streams.Count) + 1);
                RedisEntry.Write(batch, letter);
            },
            3 + RedisEntry.PartsOf(letter),
            held.Tenure.Ended);
        return answer.Whole;
    }

    private EventDraft LetterOf(HeldEvent held, EventDraft draft, string why) => draft with
    {
        Id = string.IsNullOrEmpty(draft.Id) ? IdOf(held) : draft.Id,
        ExpiresAt = null,
        Metadata = new Dictionary<string, string>(draft.Metadata ?? NoMetadata)
        {
            ["dead-letter-topic"] = topic.Name,
            ["dead-letter-group"] = _options.Group,
            ["dead-letter-cause"] = why,
        },
    };
}
