using Thermocline.Events.Embedded.Blocks;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// Deletes blocks that nobody needs, many in one write, one write at a time. What it cannot delete is deleted after the next
/// open, which finds it below every cursor.
/// </summary>
internal sealed class Trimmer(int topic, EngineParts parts)
{
    private const int BatchMax = 1_000;
    private readonly Lock _gate = new();
    private readonly List<BlockPlace> _due = [];
    private Task _work = Task.CompletedTask;
    private bool _busy;

    public void Delete(List<BlockPlace> places)
    {
        lock (_gate)
        {
            _due.AddRange(places);
            if (_busy)
                return;
            _busy = true;
            _work = RunAsync();
        }
    }

    /// <summary>Completes when nothing is being deleted.</summary>
    public Task RestAsync()
    {
        lock (_gate)
            return _work;
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (Take() is { Length: > 0 } batch)
        {
            try
            {
                await parts.Store.WriteAsync(batch);
            }
            catch (StoreException failure)
            {
                parts.Health.NoteWrite(failure);
            }
        }
    }

    private WriteOperation[] Take()
    {
        lock (_gate)
        {
            int count = Math.Min(BatchMax, _due.Count);
            var batch = new WriteOperation[count];
            for (int i = 0; i < count; i++)
                batch[i] = new() { Key = EventKeys.Block(topic, _due[i]), Delete = true };
            _due.RemoveRange(0, count);
            _busy = count > 0;
            return batch;
        }
    }
}
