namespace Thermocline.Sidecar.Hosting;

/// <summary>Sizes in memory, all derived from the one number a user gives: <c>budget.limit</c>.</summary>
/// <param name="HotBytes">RAM of the hot tier: half the limit. The rest is the index, buffers, requests and the runtime.</param>
/// <param name="SegmentBytes">Bytes after which a segment is sealed: an eighth of the limit, 1 to 64 MiB.</param>
/// <param name="PendingBytes">Bytes of writes that may wait for their commit: an eighth of the limit, 40 to 64 MiB.</param>
/// <param name="BodyBytes">Bytes that bodies in flight may take: an eighth of the limit, 40 MiB to 1 GiB.</param>
/// <param name="CacheBytes">Bytes of all caches together: a 32nd of the limit, 1 to 256 MiB.</param>
/// <param name="ChunkBytes">RAM of restored and fetched chunks: a 32nd of the limit, 1 to 256 MiB.</param>
internal sealed record DerivedSizes(
    long HotBytes, int SegmentBytes, long PendingBytes, long BodyBytes, long CacheBytes, long ChunkBytes)
{
    private const long Mebibyte = 1L << 20;

    // One batch may hold 32 MiB: less than this would refuse it for ever.
    private const long OneBatch = 40 * Mebibyte;

    /// <summary>The one place where the budget is divided.</summary>
    public static DerivedSizes Of(long budgetLimit)
    {
        long eighth = budgetLimit / 8;
        return new DerivedSizes(
            HotBytes: budgetLimit / 2,
            SegmentBytes: (int)Math.Clamp(eighth, Mebibyte, 64 * Mebibyte),
            PendingBytes: Math.Clamp(eighth, OneBatch, 64 * Mebibyte),
            BodyBytes: Math.Clamp(eighth, OneBatch, 1024 * Mebibyte),
            CacheBytes: Math.Clamp(budgetLimit / 32, Mebibyte, 256 * Mebibyte),
            ChunkBytes: Math.Clamp(budgetLimit / 32, Mebibyte, 256 * Mebibyte));
    }
}
