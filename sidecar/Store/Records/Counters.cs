using System.Runtime.InteropServices;

namespace Thermocline.Store.Records;

/// <summary>Read counters, spread over cache lines so that readers on several cores do not share one.</summary>
internal sealed class Counters
{
    private const int Lanes = 8;
    private readonly Lane[] _lanes = new Lane[Lanes];

    public long HotHits => Sum(static (ref readonly lane) => lane.Hot);

    public long WarmHits => Sum(static (ref readonly lane) => lane.Warm);

    public long Misses => Sum(static (ref readonly lane) => lane.Misses);

    public void HotHit() => Interlocked.Increment(ref Mine().Hot);

    public void WarmHit() => Interlocked.Increment(ref Mine().Warm);

    public void Miss() => Interlocked.Increment(ref Mine().Misses);

    private ref Lane Mine() => ref _lanes[Environment.CurrentManagedThreadId & (Lanes - 1)];

    private long Sum(Field field)
    {
        long sum = 0;
        for (int i = 0; i < Lanes; i++)
            sum += field(ref _lanes[i]);
        return sum;
    }

    private delegate long Field(ref readonly Lane lane);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Lane
    {
        [FieldOffset(0)]
        public long Hot;

        [FieldOffset(8)]
        public long Warm;

        [FieldOffset(16)]
        public long Misses;
    }
}
