namespace Thermocline.Events.Redis.Delivery;

/// <summary>
/// Everything one subscription holds: for each context a line, worked on from its head alone, so that an event waits for those before
/// it however often they are tried. Events without a context do not wait for each other.
/// </summary>
/// <param name="handle">Does all there is to do with one event.</param>
internal sealed class Lanes(Func<HeldEvent, Task> handle)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<HeldEvent>> _lanes = [];
    private readonly HashSet<(Tenure Tenure, StreamId Id)> _held = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _working;
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Ends at the next change of what is held.</summary>
    public Task Change => _change.Task;

    /// <summary>Puts an event at the end of its line; one that is held already stays where it is.</summary>
    public void Add(HeldEvent held)
    {
        Queue<HeldEvent>? lane;
        lock (_gate)
        {
            if (!_held.Add((held.Tenure, held.Id)))
                return;
            _bytes += held.Bytes;
            held.Tenure.Held++;
            if (held.Context.Length > 0 && _lanes.TryGetValue(held.Context, out lane))
            {
                lane.Enqueue(held);
                return;
            }

            lane = new Queue<HeldEvent>([held]);
            if (held.Context.Length > 0)
                _lanes.Add(held.Context, lane);
            _working++;
        }

        _ = WorkAsync(lane, held.Context);
    }

    /// <summary>An event is no longer held.</summary>
    public void Remove(HeldEvent held)
    {
        lock (_gate)
        {
            if (!_held.Remove((held.Tenure, held.Id)))
                return;
            _bytes -= held.Bytes;
            held.Tenure.Held--;
            Changed();
        }
    }

    /// <summary>Waits until no line is worked on.</summary>
    public async Task EndedAsync()
    {
        while (true)
        {
            Task change;
            lock (_gate)
            {
                if (_working == 0)
                    return;
                change = _change.Task;
            }

            await change;
        }
    }

    private async Task WorkAsync(Queue<HeldEvent> lane, string context)
    {
        // A handler that blocks must not hold up the reading.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        HeldEvent? next = lane.Peek();
        while (next is not null)
        {
            await handle(next);
            lock (_gate)
            {
                lane.Dequeue();
                if (!lane.TryPeek(out next))
                {
                    _lanes.Remove(context);
                    _working--;
                    Changed();
                }
            }
        }
    }

    private void Changed()
    {
        TaskCompletionSource change = _change;
        _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        change.SetResult();
    }
}
