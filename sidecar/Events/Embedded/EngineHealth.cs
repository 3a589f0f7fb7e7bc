using Thermocline.Store;

namespace Thermocline.Events.Embedded;

/// <summary>Whether the store answers, and what was last wrong with it.</summary>
internal sealed class EngineHealth
{
    private volatile string? _lastFailure;
    private volatile bool _failing;
    private volatile bool _latched;

    public string? LastFailure => _lastFailure;

    public bool Available => !_failing && !_latched;

    /// <summary>A write failed. After some failures the store takes no more until it is opened again.</summary>
    public void NoteWrite(StoreException failure)
    {
        _lastFailure = failure.Message;
        _failing = true;
        _latched |= failure.Fault is StoreFault.Latched or StoreFault.Io;
    }

    /// <summary>A write was done.</summary>
    public void NoteWritten()
    {
        if (_failing)
            _failing = false;
    }

    /// <summary>Something was found that does not stop the engine.</summary>
    public void Note(string mistake) => _lastFailure = mistake;
}
