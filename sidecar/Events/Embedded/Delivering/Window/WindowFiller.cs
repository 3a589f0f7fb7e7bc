using Thermocline.Events.Embedded.Blocks;
using Thermocline.Events.Embedded.Publishing;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>Reads a topic's blocks into a group's window, one reading at a time, while the group has members.</summary>
/// <param name="gate">The group's lock: held when its members are called, but for those that say otherwise.</param>
/// <param name="window">What is filled.</param>
/// <param name="topic">Whose blocks.</param>
/// <param name="parts">Store and clock.</param>
/// <param name="wake">Is told, under the lock, that there may be events to deliver.</param>
internal sealed class WindowFiller(Lock gate, GroupWindow window, Topic topic, EngineParts parts, Action wake) : IThreadPoolWorkItem, IDisposable
{
    private readonly BlockSource _source = new(topic.Id, parts);
    private CancellationTokenSource _resting = new();
    private TaskCompletionSource? _filling;
    private bool _awake;
    private bool _more = true;

    /// <summary>Whether the topic had more than was read.</summary>
    public bool IsBehind => _more;

    /// <summary>The topic has a further block.</summary>
    public void NoteMore()
    {
        _more = true;
        Begin();
    }

    /// <summary>The group has members: reads from now on.</summary>
    public void WakeUp()
    {
        _awake = true;
        Begin();
    }

    /// <summary>Begins to read when there is something to read and room for it, and nobody is at it.</summary>
    public void Begin()
    {
        if (_filling is not null || !_awake || !_more || !window.HasRoom)
            return;
        _filling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Stops reading and lets go of the window. Called without the lock; nobody joins meanwhile.</summary>
    public async Task RestAsync()
    {
        Task filled;
        lock (gate)
        {
            _awake = false;
            filled = _filling?.Task ?? Task.CompletedTask;
        }

        await _resting.CancelAsync();
        await filled;
        lock (gate)
        {
            window.Rest();
            _more = true;
            _resting.Dispose();
            _resting = new CancellationTokenSource();
        }
    }

    public void Execute() => _ = FillAsync(_resting.Token);

    public void Dispose() => _resting.Dispose();

    private async Task FillAsync(CancellationToken resting)
    {
        try
        {
            while (NextToLoad() is { } place)
            {
                LoadedBlock? block = await _source.LoadAsync(place, resting);
                lock (gate)
                    window.Begin(place, block);
            }
        }
        catch (OperationCanceledException)
        {
            // The last member left while a read waited for a disk or a network that failed.
        }
        finally
        {
            lock (gate)
            {
                _filling!.TrySetResult();
                _filling = null;
                // Something may have come between the last look and this.
                Begin();
            }
        }
    }

    /// <summary>Moves events into the window until a further block is needed: which one, or null when there is none, or no room.</summary>
    private BlockPlace? NextToLoad()
    {
        while (true)
        {
            lock (gate)
            {
                if (!_awake || !window.HasRoom)
                    return null;
                if (window.NeedsBlock)
                {
                    _more = topic.TryFind(window.Order.End, out BlockPlace place);
                    return _more ? place : null;
                }

                window.ReadSome();
                wake();
            }
        }
    }
}
