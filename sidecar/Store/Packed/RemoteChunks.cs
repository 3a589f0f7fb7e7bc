namespace Thermocline.Store.Packed;

/// <summary>Fetches bytes of a packed segment's chunks from the cold store; fills the destination whole.</summary>
/// <exception cref="StoreException">The cold store is away, or the object is not what it should be.</exception>
internal delegate ValueTask RemoteChunks(
    PackedSegment segment, long offset, Memory<byte> destination, CancellationToken cancellation);
