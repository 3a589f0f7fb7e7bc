using System.Threading.Channels;
using Thermocline.Contract.Status;

namespace Thermocline.Sidecar.Governor;

/// <summary>
/// What the governor did, newest last: a bounded memory of it and whoever listens. A listener that does not keep up loses
/// the oldest, never the governor its time.
/// </summary>
internal sealed class PressureEvents
{
    /// <summary>Actions remembered.</summary>
    public const int KeptMax = 256;

    /// <summary>Listeners at once.</summary>
    public const int ListenersMax = 64;

    private readonly Lock _gate = new();
    private readonly Queue<PressureAction> _kept = new();
    private readonly List<Channel<PressureAction>> _listeners = [];
    private long _lastId;

    /// <summary>The last actions, oldest first.</summary>
    public IReadOnlyList<PressureAction> Recent
    {
        get
        {
            lock (_gate)
                return [.. _kept];
        }
    }

    /// <summary>Adds an action; its id is the next number.</summary>
    public PressureAction Add(PressureAction action)
    {
        lock (_gate)
        {
            PressureAction numbered = action with { Id = ++_lastId };
            if (_kept.Count == KeptMax)
                _kept.Dequeue();
            _kept.Enqueue(numbered);
            foreach (Channel<PressureAction> listener in _listeners)
                listener.Writer.TryWrite(numbered);
            return numbered;
        }
    }

    /// <summary>
    /// Listens from the action after an id on: first those still remembered, then all new ones. Null when too many listen.
    /// </summary>
    public Listener? Listen(long afterId)
    {
        var channel = Channel.CreateBounded<PressureAction>(
            new BoundedChannelOptions(KeptMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            if (_listeners.Count >= ListenersMax)
                return null;
            foreach (PressureAction action in _kept.Where(action => action.Id > afterId))
                channel.Writer.TryWrite(action);
            _listeners.Add(channel);
        }

        return new Listener(this, channel);
    }

    /// <summary>One who listens, until disposed.</summary>
    internal sealed class Listener(PressureEvents owner, Channel<PressureAction> channel) : IDisposable
    {
        /// <summary>The actions, in order.</summary>
        public ChannelReader<PressureAction> Actions => channel.Reader;

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (owner._gate)
                owner._listeners.Remove(channel);
        }
    }
}
