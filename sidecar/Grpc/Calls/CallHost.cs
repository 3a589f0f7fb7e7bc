using Microsoft.Extensions.Logging;

namespace Thermocline.Grpc.Calls;

/// <summary>What the calls of one server share: its limits, how many there are, and its log.</summary>
internal sealed class CallHost(GrpcOptions options, ILogger logger, CancellationToken stopping)
{
    private int _calls;
    private int _streams;

    public GrpcOptions Options => options;

    public ILogger Logger => logger;

    public CancellationToken Stopping => stopping;

    public int Calls => Volatile.Read(ref _calls);

    public bool TryEnter() => TryEnter(ref _calls, options.CallsMax);

    public void Leave() => Interlocked.Decrement(ref _calls);

    public bool TryEnterStream()
    {
        if (!TryEnter())
            return false;
        if (TryEnter(ref _streams, options.StreamsMax))
            return true;
        Leave();
        return false;
    }

    public void LeaveStream()
    {
        Interlocked.Decrement(ref _streams);
        Leave();
    }

    private static bool TryEnter(ref int count, int max)
    {
        if (Interlocked.Increment(ref count) <= max)
            return true;
        Interlocked.Decrement(ref count);
        return false;
    }
}
