using Thermocline.Events.Embedded.Blocks;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>
/// Writes a group's cursor after so many handled events or so much time, one write at a time. What was handled since the last
/// one is delivered again after a crash.
/// </summary>
internal sealed class CursorWriter : IAsyncDisposable
{
    private readonly ReadOnlyMemory<byte> _key;
    private readonly Func<GroupRecord> _take;
    private readonly Action<long> _written;
    private readonly EngineParts _parts;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Task _work = Task.CompletedTask;
    private bool _busy;
    private bool _again;
    private int _changes;

    /// <param name="key">Key of the record.</param>
    /// <param name="take">Says how far the group is.</param>
    /// <param name="written">Is told the floor that the store has.</param>
    /// <param name="parts">Store and clock.</param>
    public CursorWriter(ReadOnlyMemory<byte> key, Func<GroupRecord> take, Action<long> written, EngineParts parts)
    {
        _key = key;
        _take = take;
        _written = written;
        _parts = parts;
        _timer = parts.Time.CreateTimer(static self => ((CursorWriter)self!).Begin(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The cursor is no longer what was written.</summary>
    public void NoteChange()
    {
        int changes = Interlocked.Increment(ref _changes);
        if (changes == 1)
            _timer.Change(_parts.Options.CursorInterval, Timeout.InfiniteTimeSpan);
        else if (changes == _parts.Options.CursorEventsMax)
            Begin();
    }

    /// <summary>Writes now, unless nothing changed.</summary>
    public async Task FlushAsync()
    {
        if (Volatile.Read(ref _changes) > 0)
            Begin();
        await RestAsync();
    }

    /// <summary>Writes nothing more; completes when what is being written is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await RestAsync();
    }

    private Task RestAsync()
    {
        lock (_gate)
            return _work;
    }

    private void Begin()
    {
        lock (_gate)
        {
            _again = true;
            if (_busy)
                return;
            _busy = true;
            _work = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (TakeTurn())
        {
            // Before the cursor is taken: a change that it misses is counted for the next one.
            Interlocked.Exchange(ref _changes, 0);
            GroupRecord record = _take();
            try
            {
                WriteAnswer answer = await _parts.Store.WriteAsync(new WriteOperation { Key = _key, Value = record.Encode() });
                if (answer.Outcome == WriteOutcome.Done)
                    _written(record.Floor);
                else
                    NoteChange();
            }
            catch (StoreException failure)
            {
                _parts.Health.NoteWrite(failure);
                NoteChange();
            }
        }
    }

    private bool TakeTurn()
    {
        lock (_gate)
        {
            bool again = _again;
            _again = false;
            _busy = again;
            return again;
        }
    }
}
