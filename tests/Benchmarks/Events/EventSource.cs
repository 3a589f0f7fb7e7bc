using System.Globalization;
using System.Text;
using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>Events as the memory of a model publishes them: 100 bytes of JSON, in 64 contexts, no two alike.</summary>
internal sealed class EventSource(ulong seed)
{
    public const int PayloadBytes = 100;
    private const int Contexts = 64;
    private readonly Random _random = new((int)(seed & 0x7FFF_FFFF));

    /// <summary>So many events one after the other; neighbours in runs of eight share their context, as one memory's do.</summary>
    public EventDraft[] Next(int count)
    {
        var drafts = new EventDraft[count];
        for (int i = 0; i < count; i++)
        {
            string payload = string.Create(CultureInfo.InvariantCulture,
                $"{{\"memory_id\":\"{_random.NextInt64():x16}{_random.NextInt64():x16}\",\"access_count\":{_random.Next(100, 1000)},\"last\":{_random.NextInt64(1_700_000_000, 1_800_000_000)}}}");
            drafts[i] = new EventDraft { Payload = Encoding.ASCII.GetBytes(payload.PadRight(PayloadBytes)[..PayloadBytes]), Context = ContextOf(i) };
        }

        return drafts;
    }

    private static string ContextOf(int index) => string.Create(CultureInfo.InvariantCulture, $"agent-{index / 8 % Contexts:00}");
}
