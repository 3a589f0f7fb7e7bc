namespace Thermocline.Sidecar.Governor;

/// <summary>
/// Tells of every full garbage collection: an object that nobody refers to is finalized by it, and comes back to life to
/// wait for the next. The runtime has no other notice of collections that run in the background.
/// </summary>
internal sealed class GcWatch : IDisposable
{
    private readonly Action _collected;
    private volatile bool _stopped;

    public GcWatch(Action collected)
    {
        _collected = collected;
        _ = new Sentinel(this);
    }

    public void Dispose() => _stopped = true;

    private sealed class Sentinel(GcWatch owner)
    {
        ~Sentinel()
        {
            if (owner._stopped || Environment.HasShutdownStarted)
                return;
            // It only signals: finalizers of others wait behind this one.
            if (GC.GetGeneration(this) >= GC.MaxGeneration)
                owner._collected();
            GC.ReRegisterForFinalize(this);
        }
    }
}
