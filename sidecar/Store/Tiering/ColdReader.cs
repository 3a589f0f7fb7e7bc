using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Format;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>Fetches chunks of segments that live in the cold store alone, and counts.</summary>
/// <param name="cold">The cold store, or null when none is configured.</param>
internal sealed class ColdReader(IColdStore? cold)
{
    private long _fetches;
    private long _bytes;
    private long _failures;

    public long Fetches => Volatile.Read(ref _fetches);

    public long Bytes => Volatile.Read(ref _bytes);

    public long Failures => Volatile.Read(ref _failures);

    /// <inheritdoc cref="RemoteChunks"/>
    public async ValueTask ReadAsync(
        PackedSegment segment, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        StubReference reference = segment.Reference;
        string name = ObjectNames.Segment(segment.First, segment.Last, reference.Sha256);
        try
        {
            if (cold is null)
            {
                throw new StoreException(
                    StoreFault.ColdUnavailable,
                    $"{segment.Path} stands for records in a cold store, and none is configured: configure the one it was shipped to.",
                    segment.Path);
            }

            if (!await cold.ReadAsync(name, offset, destination, cancellation))
            {
                throw new StoreException(
                    StoreFault.Damaged, $"The cold store {cold.Name} has no object {name} any more.", segment.Path, offset);
            }
        }
        catch (StoreException)
        {
            Interlocked.Increment(ref _failures);
            throw;
        }

        Interlocked.Increment(ref _fetches);
        Interlocked.Add(ref _bytes, destination.Length);
    }
}
