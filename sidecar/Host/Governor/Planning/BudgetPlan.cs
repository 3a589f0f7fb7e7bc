using Thermocline.Contract.Configuration;

namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>
/// Every size in memory, derived from one number: <c>budget.limit</c>, or the container's limit where that is less. This is
/// the one place where the budget is divided.
/// </summary>
internal sealed record BudgetPlan
{
    private const long Mebibyte = 1L << 20;

    /// <summary>What the runtime, the web server and their code take before anything is stored (measured: 58 to 75 MiB).</summary>
    private const long RuntimeBytes = 72 * Mebibyte;

    /// <summary>Buffers of requests, of a commit and of packing, at their least.</summary>
    private const long WorkingBytes = 16 * Mebibyte;

    // Half way between the critical mark and the limit: what is left above must be enough for what is under way.
    private const int RefuseShare = 2;

    /// <summary>Bytes of memory there are.</summary>
    public required long Limit { get; init; }

    /// <summary>Mark of routine relief.</summary>
    public required long High { get; init; }

    /// <summary>Mark of the emergency.</summary>
    public required long Critical { get; init; }

    /// <summary>Mark from which new writes are refused when the emergency did not help.</summary>
    public long Refuse => Critical + ((Limit - Critical) / RefuseShare);

    /// <summary>Bytes below a mark that make it be left again.</summary>
    public long Slack => Limit / 20;

    /// <summary>What the governor steers to: so far below the first mark that its state is left once it is reached.</summary>
    public long Goal => High - (Limit / 16);

    /// <summary>RAM that the hot tier always keeps.</summary>
    public required long HotBytesMin { get; init; }

    /// <summary>RAM of the hot tier at the start: what is left below the goal with a runtime and nothing stored.</summary>
    public required long HotBytesStart { get; init; }

    /// <summary>RAM of the hot tier at most: the shares of states and of signals, which have no kind yet.</summary>
    public required long HotBytesMax { get; init; }

    /// <summary>
    /// Most bytes of managed heap: the last line, where the collector fails an allocation rather than let the kernel kill
    /// the process. Half the limit, at least 48 MiB.
    /// </summary>
    public required long HeapBytesMax { get; init; }

    /// <summary>Bytes of all caches together: a quarter of their share, 1 to 256 MiB.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>RAM of restored and fetched chunks: a quarter of the share of caches, 1 to 256 MiB.</summary>
    public required long ChunkBytes { get; init; }

    /// <summary>Bytes of caches and of chunks that an emergency leaves, each: what is used most stays.</summary>
    public required long CacheBytesMin { get; init; }

    /// <summary>Largest body of a request: a 16th of the limit, 1 to 32 MiB.</summary>
    public required int RequestBytes { get; init; }

    /// <summary>Bytes that bodies in flight may take: the share of connections, at least two of the largest requests.</summary>
    public required long BodyBytes { get; init; }

    /// <summary>Bytes of writes that may wait for their commit: an eighth of the limit up to 64 MiB, at least one of the largest requests.</summary>
    public required long PendingBytes { get; init; }

    /// <summary>Bytes after which a segment is sealed: an eighth of the limit, 1 to 64 MiB.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>
    /// The least budget that a sidecar can work with which uses so many bytes before the first request: one of the largest
    /// requests, what it takes to commit and pack it, and the least hot tier still fit below the emergency.
    /// </summary>
    public long LeastFor(long usedAtStart)
    {
        long needed = usedAtStart + WorkingBytes + HotBytesMin + CacheBytesMin;
        long percent = Math.Max(1, Critical * 100 / Limit);
        return ((needed * 100 / percent) + Mebibyte - 1) / Mebibyte * Mebibyte;
    }

    /// <summary>Divides a budget.</summary>
    /// <param name="budget">What is configured.</param>
    /// <param name="containerLimit">What the cgroup allows, or 0.</param>
    public static BudgetPlan Of(BudgetConfiguration budget, long containerLimit)
    {
        long limit = containerLimit > 0 ? Math.Min(budget.Limit, containerLimit) : budget.Limit;
        long high = limit / 100 * budget.HighWatermark;
        long states = limit / 100 * (budget.Shares.States + budget.Shares.Signals);
        long caches = Math.Clamp(limit / 400 * budget.Shares.Cache, Mebibyte, 256 * Mebibyte);
        long request = Math.Clamp(limit / 16, Mebibyte, 32 * Mebibyte);
        long hotMin = Math.Clamp(limit / 32, Mebibyte, 64 * Mebibyte);
        long hotMax = Math.Clamp(states, hotMin, HotBytesCeiling);
        return new BudgetPlan
        {
            Limit = limit,
            High = high,
            Critical = limit / 100 * budget.CriticalWatermark,
            HotBytesMin = hotMin,
            HotBytesMax = hotMax,
            HotBytesStart = Math.Clamp(high - RuntimeBytes - (2 * caches) - (limit / 16), hotMin, hotMax),
            HeapBytesMax = Math.Max(limit / 2, 48 * Mebibyte),
            CacheBytes = caches,
            ChunkBytes = caches,
            CacheBytesMin = Math.Max(caches / 8, 256 << 10),
            RequestBytes = (int)request,
            BodyBytes = Math.Clamp(limit / 100 * budget.Shares.Connections, (2 * request) + Mebibyte, 1024 * Mebibyte),
            PendingBytes = Math.Max(request + (8 * Mebibyte), Math.Min(limit / 8, 64 * Mebibyte)),
            SegmentBytes = (int)Math.Clamp(limit / 8, Mebibyte, 64 * Mebibyte),
        };
    }

    // What the store takes.
    private const long HotBytesCeiling = 64L << 30;
}
