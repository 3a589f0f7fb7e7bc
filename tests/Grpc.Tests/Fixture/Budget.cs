namespace Thermocline.Grpc.Tests.Fixture;

/// <summary>A budget of message bytes, with what was taken at most.</summary>
internal sealed class Budget
{
    private long _taken;
    private long _peak;

    public long BytesMax { get; set; } = long.MaxValue;

    public long Taken => Interlocked.Read(ref _taken);

    public long Peak => Interlocked.Read(ref _peak);

    public bool TryTake(long bytes)
    {
        long now = Interlocked.Add(ref _taken, bytes);
        if (now <= BytesMax)
        {
            long peak;
            while (now > (peak = Interlocked.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, peak) != peak)
            {
            }

            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
