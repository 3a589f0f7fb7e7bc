using System.Runtime.CompilerServices;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Publishing;
using Thermocline.Store;

namespace Thermocline.Events.Embedded;

/// <summary>Finds topics, groups and blocks in a store. Of blocks only the keys are read.</summary>
internal static class Opening
{
    public static async ValueTask RunAsync(Registry registry, EngineParts parts, CancellationToken cancellation)
    {
        foreach (byte[] key in ListAll(parts.Store, EventKeys.Topics))
        {
            if (!EventKeys.TryTopic(key, out int id))
                throw Damaged(key);
            TopicRecord record = TopicRecord.Decode(await ReadAsync(parts.Store, key, cancellation)) ?? throw Damaged(key);
            var topic = new Topic(id, record, Blocks(parts, id), parts);
            registry.Add(topic);
            foreach (byte[] groupKey in ListAll(parts.Store, EventKeys.GroupsOf(id)))
            {
                if (!EventKeys.TryGroup(groupKey, out int group))
                    throw Damaged(groupKey);
                registry.Restore(
                    topic, group, GroupRecord.Decode(await ReadAsync(parts.Store, groupKey, cancellation)) ?? throw Damaged(groupKey));
            }

            topic.Trim();
        }
    }

    private static List<BlockPlace> Blocks(EngineParts parts, int topic)
    {
        var places = new List<BlockPlace>();
        foreach (byte[] key in ListAll(parts.Store, EventKeys.BlocksOf(topic)))
        {
            if (EventKeys.TryBlock(key, out BlockPlace place) && (places.Count == 0 || place.First >= places[^1].End))
                places.Add(place);
            else
                parts.Health.Note($"A block of the topic {topic} has a key that no block has: {Convert.ToHexString(key)}. It is left out.");
        }

        return places;
    }

    private static IEnumerable<byte[]> ListAll(TieredStore store, byte[] prefix)
    {
        byte[] after = [];
        while (true)
        {
            ListPage page = store.List(prefix, after, Limits.ListPageMax);
            foreach (byte[] key in page.Keys)
                yield return key;
            if (!page.More)
                yield break;
            after = page.Keys[^1];
        }
    }

    private static async ValueTask<byte[]> ReadAsync(TieredStore store, byte[] key, CancellationToken cancellation)
    {
        await store.FetchAsync(key, cancellation);
        return Read(store, key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Read(TieredStore store, byte[] key)
    {
        using ReadLease lease = store.Read(key);
        return lease.Value.ToArray();
    }

    private static StoreException Damaged(byte[] key) => new(
        StoreFault.Damaged, $"The record {Convert.ToHexString(key)} of the event bus is not what this version writes.");
}
