using System.Text;

namespace Thermocline.Events.Redis;

/// <summary>The names of the keys of a topic (docs/FORMAT.md, "Events in Redis").</summary>
/// <param name="prefix">What all names start with.</param>
/// <param name="topic">The topic.</param>
internal sealed class RedisKeys(string prefix, string topic)
{
    /// <summary>Holds how many streams the topic has.</summary>
    public string Partitions => $"{prefix}:{topic}:partitions";

    public string Stream(int partition) => $"{prefix}:{topic}:{partition}";

    public string Lease(int partition, string group) => $"{prefix}:{topic}:{partition}:lease:{group}";

    public string Members(string group) => $"{prefix}:{topic}:members:{group}";

    /// <summary>The stream of a context: FNV-1a over its UTF-8 bytes, the same in every process for ever.</summary>
    public static int PartitionOf(string context, int partitions)
    {
        Span<byte> bytes = stackalloc byte[EventLimits.ContextBytesMax];
        int length = Encoding.UTF8.GetBytes(context, bytes);
        uint hash = 2166136261;
        foreach (byte letter in bytes[..length])
            hash = unchecked((hash ^ letter) * 16777619);
        return (int)((hash ^ (hash >> 16)) % (uint)partitions);
    }
}
