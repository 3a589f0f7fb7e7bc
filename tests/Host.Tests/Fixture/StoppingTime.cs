namespace Thermocline.Host.Tests.Fixture;

/// <summary>The real clock, which asks for a stop when it has been looked at so many times.</summary>
internal sealed class StoppingTime(int looks, CancellationTokenSource stop) : TimeProvider
{
    private int _left = looks;

    public override long GetTimestamp()
    {
        if (Interlocked.Decrement(ref _left) == 0)
            stop.Cancel();
        return base.GetTimestamp();
    }
}
