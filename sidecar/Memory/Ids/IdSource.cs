using System.Buffers.Binary;

namespace Thermocline.Memory.Ids;

/// <summary>Fills a span with random bytes.</summary>
public delegate void RandomFill(Span<byte> destination);

/// <summary>
/// Makes identifiers that rise strictly, also within one millisecond and when the clock is set back. May be called from
/// many threads at once.
/// </summary>
public sealed class IdSource(TimeProvider time, RandomFill fill)
{
    private readonly Lock _gate = new();
    private MemoryId _last;

    /// <summary>An identifier that carries the present time.</summary>
    public MemoryId Next()
    {
        lock (_gate)
        {
            long now = Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds());
            // Adding one carries a full tail over into the time, which keeps the order.
            _last = now > _last.TimeMs ? MemoryId.Of(now, Tail()) : new MemoryId(_last.Value + 1);
            return _last;
        }
    }

    /// <summary>An identifier that carries another time; unique, but in no order among those of its millisecond.</summary>
    public MemoryId At(long timeMs)
    {
        lock (_gate)
            return MemoryId.Of(timeMs, Tail());
    }

    private UInt128 Tail()
    {
        Span<byte> random = stackalloc byte[16];
        fill(random);
        return BinaryPrimitives.ReadUInt128LittleEndian(random);
    }
}
