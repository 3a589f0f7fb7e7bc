namespace Thermocline.Sidecar.Http;

/// <summary>Bytes that all request and response bodies in flight may take together.</summary>
internal sealed class BodyBudget(long bytesMax)
{
    private long _taken;

    /// <summary>Bytes taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>The limit.</summary>
    public long BytesMax => bytesMax;

    /// <summary>Takes bytes, or takes none and answers false when the limit would be passed.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
            return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
