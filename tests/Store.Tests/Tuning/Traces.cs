namespace Thermocline.Store.Tests.Tuning;

/// <summary>An access of a trace.</summary>
internal readonly record struct Access(ulong Tag, int Bytes);

/// <summary>Seeded access patterns, and what a real LRU cache makes of them.</summary>
internal static class Traces
{
    /// <summary>Keys with popularity 1/rank^skew, each of its own size between 100 and 4,000 bytes.</summary>
    public static Access[] Zipf(int seed, int keys, int accesses, double skew)
    {
        var random = new Random(seed);
        var upTo = new double[keys];
        double sum = 0;
        for (int rank = 0; rank < keys; rank++)
            upTo[rank] = sum += 1 / Math.Pow(rank + 1, skew);
        var trace = new Access[accesses];
        for (int i = 0; i < accesses; i++)
        {
            int found = Array.BinarySearch(upTo, random.NextDouble() * sum);
            trace[i] = Of(found < 0 ? ~found : found);
        }

        return trace;
    }

    /// <summary>The same keys in the same order, again and again.</summary>
    public static Access[] Loop(int keys, int accesses) => [.. Enumerable.Range(0, accesses).Select(i => Of(i % keys))];

    /// <summary>No key twice.</summary>
    public static Access[] Scan(int accesses) => [.. Enumerable.Range(0, accesses).Select(i => Of(1_000_000 + i))];

    /// <summary>Popular keys, with stretches of a scan between them.</summary>
    public static Access[] Mixed(int seed, int accesses)
    {
        Access[] popular = Zipf(seed, 50_000, accesses, 0.9);
        Access[] scan = Scan(accesses);
        return [.. Enumerable.Range(0, accesses).Select(i => i % 1000 < 300 ? scan[i] : popular[i])];
    }

    /// <summary>The hit ratio of a real LRU cache of so many bytes.</summary>
    public static double LruHitRatio(Access[] trace, long bytesMax)
    {
        var nodes = new Dictionary<ulong, LinkedListNode<Access>>();
        var order = new LinkedList<Access>();
        long bytes = 0;
        long hits = 0;
        foreach (Access access in trace)
        {
            if (nodes.Remove(access.Tag, out LinkedListNode<Access>? node))
            {
                hits++;
                order.Remove(node);
                bytes -= node.Value.Bytes;
            }

            nodes[access.Tag] = order.AddFirst(access);
            bytes += access.Bytes;
            while (bytes > bytesMax)
            {
                Access last = order.Last!.Value;
                order.RemoveLast();
                nodes.Remove(last.Tag);
                bytes -= last.Bytes;
            }
        }

        return (double)hits / trace.Length;
    }

    /// <summary>Bytes of all different keys of a trace.</summary>
    public static long BytesOf(Access[] trace) => trace.DistinctBy(access => access.Tag).Sum(access => (long)access.Bytes);

    private static Access Of(int key)
    {
        ulong tag = unchecked(((ulong)key + 1) * 0x9E3779B97F4A7C15);
        return new Access(tag ^ (tag >> 31), 100 + (int)(tag % 3900));
    }
}
