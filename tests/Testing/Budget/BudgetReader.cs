using System.Diagnostics;

namespace Thermocline.Testing.Budget;

/// <summary>One client that reads at random while others write: mostly what was written lately, and everything else too.</summary>
internal sealed class BudgetReader(
    int number, BudgetOptions options, BudgetState state, RecordCheck check, BudgetWatch watch, ReadLatencies latencies)
{
    private const int RecentRecords = 4_000;
    private const int RecentPercent = 70;

    // A reader asks and thinks; without a pause readers would take the processor from the writers.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Random _random = new(unchecked((options.Seed * 7_919) - number - 1));
    private int _end;

    /// <summary>Records read and compared.</summary>
    public long Reads { get; private set; }

    public async Task RunAsync(BudgetClient client, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Pause);
        while (!stop.IsCancellationRequested)
        {
            if (Draw() is { } record)
                await ReadAsync(client, record);
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ReadAsync(BudgetClient client, int record)
    {
        ReadPhase before = watch.Pressure.Phase;
        long started = Stopwatch.GetTimestamp();
        bool? hot = await check.ReadAsync(client, record);
        long took = Stopwatch.GetTimestamp() - started;
        Reads++;
        if (hot is { } isHot)
            latencies.Add((ReadPhase)Math.Max((int)before, (int)watch.Pressure.Phase), isHot, took);
    }

    /// <summary>A record that was acknowledged; null while there is none.</summary>
    private int? Draw()
    {
        while (_end < state.Versions.Capacity && state.Versions.Acknowledged(_end) > 0)
            _end++;
        if (_end == 0)
            return null;
        return _random.Next(100) < RecentPercent
            ? _end - 1 - _random.Next(Math.Min(_end, RecentRecords))
            : _random.Next(_end);
    }
}
