using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Leaves events beside objects, where kubectl describe shows them.</summary>
/// <param name="client">What they are sent with.</param>
/// <param name="controller">Who reports, for example thermocline.dev/operator.</param>
/// <param name="instance">Which instance of it.</param>
/// <param name="time">The clock.</param>
internal sealed class EventPublisher(ClusterClient client, string controller, string instance, TimeProvider time)
{
    private const int NoteBytesMax = 1024;
    private const int WordLettersMax = 128;
    private const int NameLettersMax = 200;

    private static readonly Resource<AnyObject> Events = Resources.Whole(Resources.Events);

    private long _lastTicks;

    /// <summary>Creates an event about an object. What the object's kind is served as stands in its type.</summary>
    public Task PublishAsync(ResourceType type, ObjectMeta regarding, ClusterEvent said, CancellationToken cancellation)
    {
        // Events of objects of the whole cluster lie where everybody looks.
        string place = string.IsNullOrEmpty(regarding.Namespace) ? "default" : regarding.Namespace;
        string name = regarding.Name ?? "";
        name = name[..Math.Min(name.Length, NameLettersMax)].TrimEnd('.', '-');
        var created = new AnyObject
        {
            ApiVersion = Resources.Events.ApiVersion,
            Kind = Resources.Events.Kind,
            Metadata = new ObjectMeta { Name = $"{name}.{NextTicks():x}", Namespace = place },
            Fields = new JsonObject
            {
                ["eventTime"] = Times.Micro(time.GetUtcNow()),
                ["reportingController"] = Cut(controller, WordLettersMax),
                ["reportingInstance"] = Cut(instance, WordLettersMax),
                ["action"] = Cut(said.Action, WordLettersMax),
                ["reason"] = Cut(said.Reason, WordLettersMax),
                ["note"] = Cut(said.Note, NoteBytesMax),
                ["type"] = said.IsWarning ? "Warning" : "Normal",
                ["regarding"] = new JsonObject
                {
                    ["apiVersion"] = type.ApiVersion,
                    ["kind"] = type.Kind,
                    ["name"] = regarding.Name,
                    ["namespace"] = regarding.Namespace,
                    ["uid"] = regarding.Uid,
                    ["resourceVersion"] = regarding.ResourceVersion,
                },
            },
        };
        return client.CreateAsync(Events, place, created, cancellation);
    }

    /// <summary>The text, or as much of it as fits in that many bytes, ending with an ellipsis.</summary>
    internal static string Cut(string text, int bytesMax)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytesMax)
            return text;
        const char Ellipsis = '…';
        int room = bytesMax - Encoding.UTF8.GetByteCount([Ellipsis]);
        var kept = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            kept.Append(rune.ToString());
        }

        return kept.Append(Ellipsis).ToString();
    }

    // Two events of one moment need two names.
    private long NextTicks()
    {
        long now = time.GetUtcNow().UtcTicks;
        while (true)
        {
            long last = Volatile.Read(ref _lastTicks);
            long next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastTicks, next, last) == last)
                return next;
        }
    }
}
