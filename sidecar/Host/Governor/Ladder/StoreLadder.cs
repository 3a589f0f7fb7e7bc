using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Store;

namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>
/// The steps of a sidecar. What each costs later is stated here, in seconds for each MiB given back; what it costs now is
/// measured. A MiB is about a thousand records.
/// </summary>
internal sealed class StoreLadder(GovernorSetup setup, Func<BudgetPlan> plan) : IDisposable
{
    public const string TrimCaches = "trim-caches", DropHot = "drop-hot", CompressHot = "compress-hot", Collect = "collect",
        OffloadSegments = "offload", Emergency = "emergency", RefuseWrites = "refuse-writes", Recover = "recover", Resize = "resize", State = "state";

    // One record in fifty of the coldest is asked for again, at 5 µs from the page cache: 1,000 / 50 × 5 µs.
    private const double DropLater = 0.0001;

    // One search in ten is repeated inside its five minutes and must scan again; a chunk holds 16 records.
    private const double TrimLater = 0.00002;

    // Every read of a record restores it: 3 µs, at ten reads of each of 400 records while it stays.
    private const double CompressLater = 0.012;

    private const long Mebibyte = 1 << 20;

    /// <summary>Most that one run compresses: the governor must be able to look in between.</summary>
    private const long CompressBytesMax = 64 * Mebibyte;

    /// <summary>Routine relief leaves the hot tier half of what it holds, at least: the rest is compressed, not dropped.</summary>
    private const int KeptShare = 2;

    private readonly Offload _offload = new(setup.Store, setup.Time);

    private StoreMemory Memory => setup.Store.Memory;

    /// <summary>The steps, in the order of what they are expected to cost.</summary>
    public IReadOnlyList<ReliefStep> Steps =>
    [
        new ReliefStep
        {
            Name = TrimCaches,
            From = PressureState.Routine,
            Cost = new StepCost(0.0001, TrimLater),
            Run = (wanted, _) => Trim(wanted),
        },
        new ReliefStep
        {
            Name = DropHot,
            From = PressureState.Routine,
            Cost = new StepCost(0.0008, DropLater),
            Run = (wanted, _) => Drop(wanted),
        },
        new ReliefStep
        {
            Name = CompressHot,
            From = PressureState.Routine,
            Cost = new StepCost(0.025, CompressLater),
            Run = Compress,
        },
        new ReliefStep
        {
            Name = Collect,
            From = PressureState.Routine,
            Cost = new StepCost(0.04, 0),
            Pause = TimeSpan.FromSeconds(10),
            Run = (_, _) => Collection.Run(anyway: false),
        },
        .. setup.HasCold ? (ReadOnlySpan<ReliefStep>)[OffloadStep] : [],
        new ReliefStep
        {
            Name = Emergency,
            From = PressureState.Critical,
            Cost = new StepCost(1, 1),
            Pause = TimeSpan.FromSeconds(5),
            Run = RunEmergency,
        },
    ];

    private ReliefStep OffloadStep => new()
    {
        Name = OffloadSegments,
        From = PressureState.Routine,
        Cost = new StepCost(0.5, 0.05),
        Pause = TimeSpan.FromSeconds(30),
        Run = (_, _) => _offload.Run(),
    };

    /// <summary>
    /// Takes back one stage of what an emergency did: packing first, then the caches, doubled look by look so that misses do
    /// not come all at once. Null when nothing is left to take back. The hot tier grows by itself.
    /// </summary>
    public string? RecoverOneStage()
    {
        BudgetPlan sizes = plan();
        if (Memory.PackingRests)
        {
            Memory.PackingRests = false;
            return "packing goes on";
        }

        if (setup.Caches.BytesMax >= sizes.CacheBytes && Memory.ChunkBytes >= sizes.ChunkBytes)
            return null;
        setup.Caches.BytesMax = Math.Min(setup.Caches.BytesMax * 2, sizes.CacheBytes);
        Memory.ChunkBytes = Math.Min(Memory.ChunkBytes * 2, sizes.ChunkBytes);
        return $"caches may take {(setup.Caches.BytesMax + Memory.ChunkBytes) >> 10} KiB again";
    }

    /// <inheritdoc/>
    public void Dispose() => _offload.Dispose();

    /// <summary>Gives back from the caches what was used least; at most half of what they hold.</summary>
    private Relief Trim(long wanted)
    {
        long searches = setup.Caches.Shrink(Math.Min(wanted, setup.Caches.Bytes / 2));
        long limit = Memory.ChunkBytes;
        long before = Memory.ChunkBytesHeld;
        // Lowering the limit and raising it again: the chunks above it are gone, and new ones are welcome.
        Memory.ChunkBytes = Math.Max(before - Math.Min(wanted, before / 2), 0);
        Memory.ChunkBytes = limit;
        return new Relief(searches + before - Memory.ChunkBytesHeld, null);
    }

    /// <summary>Every page of the hot tier is on the disk too: the coldest are simply given back.</summary>
    private Relief Drop(long wanted)
    {
        long held = Memory.HotBytesHeld;
        long kept = Math.Max(Math.Max(held - wanted, held / KeptShare), plan().HotBytesMin);
        if (kept >= held)
            return new Relief(0, "the hot tier has its least size");
        Memory.HotBytes = kept;
        long freed = held - Memory.HotBytesHeld;
        return new Relief(freed, $"the hot tier has {Memory.HotBytesHeld >> 20} MiB now");
    }

    /// <summary>What stays is compressed, and the tier gets no more than it then has: new records would take the rest again.</summary>
    private Relief Compress(long wanted, CancellationToken cancellation)
    {
        long freed = setup.Store.CompressHot(Math.Min(wanted, CompressBytesMax), cancellation);
        if (freed > 0)
            Memory.HotBytes = Math.Max(Memory.HotBytesHeld, plan().HotBytesMin);
        return new Relief(freed, null);
    }

    /// <summary>Caches to their floor, background work stopped, what stays hot compressed, the rest given back.</summary>
    private Relief RunEmergency(long wanted, CancellationToken cancellation)
    {
        BudgetPlan sizes = plan();
        long before = setup.Store.Memory.Ledger.Bytes;
        Memory.PackingRests = true;
        setup.Caches.BytesMax = sizes.CacheBytesMin;
        Memory.ChunkBytes = sizes.CacheBytesMin;
        setup.Store.CompressHot(CompressBytesMax, cancellation);
        long left = wanted - (before - setup.Store.Memory.Ledger.Bytes);
        if (left > 0)
            Memory.HotBytes = Math.Max(Memory.HotBytesHeld - left, sizes.HotBytesMin);
        long freed = before - setup.Store.Memory.Ledger.Bytes;
        Relief collected = Collection.Run(anyway: true);
        return new Relief(Math.Max(0, freed) + collected.ClaimedBytes, collected.Note);
    }
}
