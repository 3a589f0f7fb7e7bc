using System.Text.Json;

namespace Thermocline.Events.Dapr;

/// <summary>
/// A publication as requests: what fits into one body, and of each context one event at most. A part of a bulk may fail, and then
/// nothing that comes after it in its context has been sent.
/// </summary>
internal static class DaprRounds
{
    // What an envelope takes beside its payload, generously; base64 makes four bytes of three, and escaping up to six of one.
    private const int EnvelopeBytes = 1_024;

    public static IReadOnlyList<List<EventDraft>> Of(ReadOnlySpan<EventDraft> events, int bodyBytesMax, Func<string> newId)
    {
        var rounds = new List<List<EventDraft>>();
        var sizes = new List<long>();
        var next = new Dictionary<string, int>();
        int open = 0;
        foreach (EventDraft draft in events)
        {
            string context = draft.Context ?? "";
            int at = context.Length == 0 ? open : Math.Max(next.GetValueOrDefault(context), open);
            long bytes = SizeOf(draft);
            while (at < rounds.Count && sizes[at] + bytes > bodyBytesMax)
                at++;
            while (at >= rounds.Count)
            {
                rounds.Add([]);
                sizes.Add(0);
            }

            rounds[at].Add(string.IsNullOrEmpty(draft.Id) ? draft with { Id = newId() } : draft);
            sizes[at] += bytes;
            while (open < rounds.Count - 1 && sizes[open] > bodyBytesMax / 2)
                open++;
            if (context.Length > 0)
                next[context] = at + 1;
        }

        rounds.RemoveAll(round => round.Count == 0);
        return rounds;
    }

    /// <summary>The entries a bulk names as failed; empty when it names none.</summary>
    public static HashSet<string> FailedIn(byte[] body)
    {
        var failed = new HashSet<string>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("failedEntries", out JsonElement entries) && entries.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement entry in entries.EnumerateArray())
                {
                    if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("entryId", out JsonElement id)
                        && id.ValueKind == JsonValueKind.String)
                    {
                        failed.Add(id.GetString()!);
                    }
                }
            }
        }
        catch (JsonException)
        {
            // No JSON names nothing.
        }

        return failed;
    }

    private static long SizeOf(in EventDraft draft) => EnvelopeBytes + (draft.Payload.Length * 4L / 3)
        + (6L * ((draft.Context?.Length ?? 0) + (draft.Metadata?.Sum(pair => pair.Key.Length + pair.Value.Length + 6) ?? 0)));
}
