namespace Thermocline.Testing.Budget;

/// <summary>Moves the limits while the load goes on, in the order an operator would: room before use, use before room.</summary>
internal sealed class LimitMover(BudgetOptions options, BudgetState state, BudgetWatch watch, Action<long> writeConfiguration)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly List<string> _log = [];
    private volatile bool _ended = options.Moves.Count == 0;

    /// <summary>What was done and when.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>Whether there are moves left to make.</summary>
    public bool WillMove => !_ended;

    /// <summary>Makes every move when its time has come, until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            foreach (LimitMove move in options.Moves)
            {
                while (state.NewBytes < move.AtShare * options.Bytes)
                    await timer.WaitForNextTickAsync(stop);
                await MoveAsync(move, timer, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The load has ended.
        }
        finally
        {
            _ended = true;
        }
    }

    private async Task MoveAsync(LimitMove move, PeriodicTimer timer, CancellationToken stop)
    {
        bool up = move.CgroupBytes > options.Cgroup.Read().LimitBytes;
        if (up)
            await LimitAsync(move.CgroupBytes, timer, stop);
        writeConfiguration(move.BudgetBytes);
        watch.BudgetBytes = move.BudgetBytes;
        Say($"budget.limit {move.BudgetBytes >> 20} MiB");
        if (up)
            return;
        await Task.Delay(move.Notice, stop);
        await LimitAsync(move.CgroupBytes, timer, stop);
    }

    /// <summary>Until the kernel takes it: a version 1 group refuses a limit below what it cannot take away.</summary>
    private async Task LimitAsync(long bytes, PeriodicTimer timer, CancellationToken stop)
    {
        int refused = 0;
        TimeSpan started = watch.Elapsed;
        while (!options.Cgroup.TrySetLimit(bytes))
        {
            refused++;
            if (watch.Elapsed - started > options.RefusalLimit)
                throw new BudgetRunException($"The kernel cannot lower the cgroup's limit to {bytes >> 20} MiB: that much is not given back.");
            await timer.WaitForNextTickAsync(stop);
        }

        Say($"cgroup limit {bytes >> 20} MiB{(refused == 0 ? "" : $", after the kernel refused it {refused} times")}");
    }

    private void Say(string what) => _log.Add($"at {watch.Elapsed.TotalSeconds:0.0} s: {what}");
}
