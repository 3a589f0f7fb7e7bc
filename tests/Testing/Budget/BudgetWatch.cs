using System.Diagnostics;
using System.Globalization;
using Thermocline.Testing.Cgroups;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Budget;

/// <summary>
/// Samples the process and its group at intervals. What the sidecar says of itself is asked for beside that, so that a slow
/// answer delays no sample.
/// </summary>
internal sealed class BudgetWatch(BudgetOptions options, SidecarProcess sidecar, BudgetState state, RefusalCounts refusals)
{
    // At four a second, an hour and a half: longer runs keep every second sample.
    private const int SamplesMax = 20_000;
    private const int ActionsMax = 100_000;

    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();
    private readonly List<BudgetSample> _samples = [];
    private readonly List<(TimeSpan At, ActionView Action)> _actions = [];
    private readonly HashSet<string> _seen = [];
    private volatile PressureView _pressure = new();
    private volatile IReadOnlyDictionary<string, long> _components = new Dictionary<string, long>();
    private int _keepOneIn = 1;
    private long _taken;

    /// <summary>The <c>budget.limit</c> that the configuration file says now.</summary>
    public long BudgetBytes { get; set; } = options.BudgetBytes;

    public PressureView Pressure => _pressure;

    /// <summary>How often it did not answer.</summary>
    public int Unanswered { get; private set; }

    public IReadOnlyList<BudgetSample> Samples
    {
        get
        {
            lock (_gate)
                return [.. _samples];
        }
    }

    public IReadOnlyList<(TimeSpan At, ActionView Action)> Actions
    {
        get
        {
            lock (_gate)
                return [.. _actions];
        }
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Takes samples until told to stop.</summary>
    public async Task SampleAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.SampleInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop) && !sidecar.HasExited)
                Take();
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <summary>Asks the sidecar until told to stop, or until it has ended: whoever waits for the process says how.</summary>
    public async Task AskAsync(BudgetClient client, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.SampleInterval);
        while (!stop.IsCancellationRequested && !sidecar.HasExited)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
                await LookAsync(client, stop);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
            {
                if (!stop.IsCancellationRequested && !sidecar.HasExited)
                    Unanswered++;
            }
        }
    }

    /// <summary>Asks the sidecar once.</summary>
    public async Task LookAsync(BudgetClient client, CancellationToken stop)
    {
        (_pressure, _components) = await client.LookAsync(stop);
        lock (_gate)
        {
            foreach (ActionView action in _pressure.Actions)
            {
                if (_actions.Count < ActionsMax && _seen.Add($"{action.Id} {action.Time:O} {action.Step}"))
                    _actions.Add((action.Time - _startedAt, action));
            }
        }
    }

    private void Take()
    {
        CgroupReading cgroup = options.Cgroup.Read();
        long resident = ResidentOf(sidecar.Id);
        var sample = new BudgetSample(
            Elapsed, cgroup, resident, BudgetBytes, _pressure, _components, state.NewBytes + state.OverwrittenBytes, refusals.Total);
        lock (_gate)
        {
            if (_taken++ % _keepOneIn == 0)
                _samples.Add(sample);
            if (_samples.Count < SamplesMax)
                return;
            _keepOneIn *= 2;
            int kept = 0;
            _samples.RemoveAll(_ => kept++ % 2 == 1);
        }
    }

    private static long ResidentOf(int processId)
    {
        const string Name = "VmRSS:";
        string path = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status";
        try
        {
            string? line = File.ReadLines(path).FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.AsSpan(Name.Length).Trim(" \tkB"), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
