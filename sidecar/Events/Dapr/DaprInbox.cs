using System.Runtime.InteropServices;
using System.Text.Json;
using Thermocline.Events.Embedded.Delivering;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Takes what Dapr delivers into the local engine, and answers when it is durable there. What is no event is a dead letter there, so that
/// Dapr need not keep it.
/// </summary>
/// <param name="local">Durable; whoever handles the events subscribes there.</param>
internal sealed class DaprInbox(IEventBus local)
{
    private volatile string? _lastFailure;

    /// <summary>Why something was not taken the last time, or null.</summary>
    public string? LastFailure => _lastFailure;

    /// <summary>The topic of dead letters of a topic.</summary>
    public static string DeadTopicOf(string topic) => topic + ".dead";

    /// <summary>Takes what came together; each is answered. Of one context none is taken before those that stand before it.</summary>
    public async Task<Handling[]> TakeAsync(string topic, IReadOnlyList<JsonElement> envelopes, CancellationToken cancellation)
    {
        var answers = new Handling[envelopes.Count];
        var good = new List<(int Place, EventDraft Draft)>(envelopes.Count);
        for (int place = 0; place < envelopes.Count; place++)
        {
            if (CloudEvent.Read(envelopes[place], out string mistake) is { } draft)
                good.Add((place, draft));
            else
                answers[place] = await BuryAsync(topic, RawOf(envelopes[place]), mistake, cancellation);
        }

        await PublishAsync(topic, good, answers, cancellation);
        return answers;

        // One publication, and one sync, as long as all are good; what is refused for itself is put aside and the rest tried again.
        async Task PublishAsync(string to, List<(int Place, EventDraft Draft)> events, Handling[] said, CancellationToken stop)
        {
            while (events.Count > 0)
            {
                PublishAnswer answer = await local.PublishAsync(to, events.ConvertAll(static each => each.Draft).ToArray(), stop);
                if (answer.Outcome is PublishOutcome.Done or PublishOutcome.Busy or PublishOutcome.Unavailable)
                {
                    _lastFailure = answer.Reason;
                    foreach ((int place, _) in events)
                        said[place] = answer.Outcome == PublishOutcome.Done ? Handling.Done : Handling.Retry;
                    return;
                }

                int wrong = events.Count == 1 ? 0 : answer.FailedEvent;
                if (wrong < 0)
                {
                    // Together they are too large. Should there be no room for the first half, the second does not overtake it.
                    List<(int Place, EventDraft Draft)> first = events[..(events.Count / 2)];
                    events = events[first.Count..];
                    await PublishAsync(to, first, said, stop);
                    if (!first.Exists(each => said[each.Place] == Handling.Retry))
                        continue;
                    foreach ((int place, _) in events)
                        said[place] = Handling.Retry;
                    return;
                }

                int bad = events[wrong].Place;
                said[bad] = await BuryAsync(to, RawOf(envelopes[bad]), answer.Reason!, stop);
                events.RemoveAt(wrong);
            }
        }
    }

    /// <summary>Keeps what is no event as a dead letter; says to try again when even that cannot be.</summary>
    public async Task<Handling> BuryAsync(string topic, ReadOnlyMemory<byte> raw, string mistake, CancellationToken cancellation)
    {
        bool fits = raw.Length <= EventLimits.PayloadBytesMax;
        _lastFailure = fits ? mistake : $"{mistake} Its {raw.Length:N0} bytes are not kept.";
        var letter = new EventDraft
        {
            Payload = fits ? raw : default,
            ContentType = "application/octet-stream",
            Metadata = new Dictionary<string, string> { [DeadLetters.Reason] = _lastFailure, [DeadLetters.Topic] = topic },
        };
        PublishAnswer answer = await local.PublishAsync(DeadTopicOf(topic), new[] { letter }, cancellation);
        return answer.Outcome is PublishOutcome.Busy or PublishOutcome.Unavailable ? Handling.Retry : Handling.DeadLetter;
    }

    private static byte[] RawOf(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();
}
