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
        var good = new List<Entry>(envelopes.Count);
        for (int place = 0; place < envelopes.Count; place++)
        {
            if (CloudEvent.Read(envelopes[place], out string mistake) is { } draft)
                good.Add(new(place, draft, envelopes[place]));
            else
                answers[place] = await BuryAsync(topic, RawOf(envelopes[place]), mistake, cancellation);
        }

        await PublishAsync(topic, good, answers, cancellation);
        return answers;
    }

    /// <summary>Keeps what is no event as a dead letter; says to try again when even that cannot be.</summary>
    public async Task<Handling> BuryAsync(string topic, ReadOnlyMemory<byte> raw, string mistake, CancellationToken cancellation)
    {
        bool fits = raw.Length <= EventLimits.PayloadBytesMax;
        string reason = fits ? mistake : $"{mistake} Its {raw.Length:N0} bytes are not kept.";
        _lastFailure = reason;
        var letter = new EventDraft
        {
            Payload = fits ? raw : default,
            ContentType = "application/octet-stream",
            Metadata = new Dictionary<string, string> { [DeadLetters.Reason] = reason, [DeadLetters.Topic] = topic },
        };
        PublishAnswer answer = await local.PublishAsync(DeadTopicOf(topic), new[] { letter }, cancellation);
        return answer.Outcome is PublishOutcome.Busy or PublishOutcome.Unavailable ? Handling.Retry : Handling.DeadLetter;
    }

    // One publication, and one sync, as long as all are good; what is refused for itself is put aside and the rest tried again.
    private async Task PublishAsync(string topic, List<Entry> entries, Handling[] answers, CancellationToken cancellation)
    {
        while (entries.Count > 0)
        {
            PublishAnswer answer = await local.PublishAsync(topic, entries.ConvertAll(static entry => entry.Draft).ToArray(), cancellation);
            if (answer.Outcome is PublishOutcome.Done or PublishOutcome.Busy or PublishOutcome.Unavailable)
            {
                _lastFailure = answer.Reason;
                Answer(entries, answers, answer.Outcome == PublishOutcome.Done ? Handling.Done : Handling.Retry);
                return;
            }

            int wrong = entries.Count == 1 ? 0 : answer.FailedEvent;
            if (wrong >= 0)
            {
                answers[entries[wrong].Place] = await BuryAsync(topic, RawOf(entries[wrong].Envelope), answer.Reason!, cancellation);
                entries.RemoveAt(wrong);
                continue;
            }

            // Together they are too large. Should there be no room for the first half, the second does not overtake it.
            List<Entry> first = entries[..(entries.Count / 2)];
            entries = entries[first.Count..];
            await PublishAsync(topic, first, answers, cancellation);
            if (Array.Exists(answers, static each => each == Handling.Retry))
            {
                Answer(entries, answers, Handling.Retry);
                return;
            }
        }
    }

    private static void Answer(List<Entry> entries, Handling[] answers, Handling answer)
    {
        foreach (Entry entry in entries)
            answers[entry.Place] = answer;
    }

    private static byte[] RawOf(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();

    private readonly record struct Entry(int Place, EventDraft Draft, JsonElement Envelope);
}
