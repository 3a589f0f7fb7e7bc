using System.Buffers;
using System.Runtime.CompilerServices;
using Thermocline.Events.Embedded.Blocks;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>Brings blocks of a topic from the store into RAM.</summary>
internal sealed class BlockSource(int topic, EngineParts parts)
{
    /// <summary>How long a read that failed for now waits before it is tried again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The block; null when it is damaged or gone, which is noted. Waits for the network when its value is in the cold store alone.
    /// </summary>
    public async ValueTask<LoadedBlock?> LoadAsync(BlockPlace place, CancellationToken cancellation)
    {
        byte[] key = EventKeys.Block(topic, place);
        while (true)
        {
            try
            {
                await parts.Store.FetchAsync(key, cancellation);
                LoadedBlock? block = Read(key, place);
                if (block is null)
                    parts.Health.Note($"The block of the events {place.First} to {place.End - 1} is not what was written; they are lost.");
                return block;
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                parts.Health.Note($"The events {place.First} to {place.End - 1} are lost: {failure.Message}");
                return null;
            }
            catch (StoreException failure)
            {
                // The disk or the cold store may answer later; until then the group waits, because nothing may be skipped.
                parts.Health.Note(failure.Message);
                await Task.Delay(Patience, parts.Time, cancellation);
            }
        }
    }

    // Not inlined into the method with filtered handlers: see docs/decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private LoadedBlock? Read(byte[] key, in BlockPlace place)
    {
        using ReadLease lease = parts.Store.Read(key);
        if (!lease.Found || lease.Value.Length != place.Bytes)
            return null;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(place.Bytes);
        lease.Value.CopyTo(bytes);
        var block = new LoadedBlock(bytes, place);
        if (block.Reader.TryStart() && block.Reader.Count == place.Count)
            return block;
        block.Release();
        return null;
    }
}
