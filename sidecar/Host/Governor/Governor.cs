using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Governor.Ladder;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store;
using Thermocline.Store.Accounting;

namespace Thermocline.Sidecar.Governor;

/// <summary>
/// Holds the process under its budget: looks at memory every few seconds, and at once when a charge crosses a mark; sets
/// the size of the hot tier; takes the steps of the ladder, cheapest first, until enough is free; refuses writes when
/// nothing else helps; and takes it all back in reverse.
/// </summary>
internal sealed partial class Governor : IDisposable
{
    /// <summary>An emergency stops background work for so long at most: the disk must not fill with what waits for it.</summary>
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(1);

    /// <summary>However often it is woken: a look and its steps must not become the load.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>A routine step that frees less is counted, but is no event: it would push out those that say something.</summary>
    private const long WorthSaying = 64 << 10;

    private readonly GovernorSetup _setup;
    private readonly StoreLadder _ladder;
    private readonly StepRecord[] _steps;
    private readonly Lock _looking = new();
    private readonly object _signal = new();
    private readonly CancellationTokenSource _stop = new();
    private ILogger _logger = NullLogger.Instance;
    private Thread? _thread;
    private bool _wanted;
    private BudgetConfiguration _budget;
    private BudgetPlan _plan;
    private MemoryReading _reading;
    private PressureState _state;
    private AdaptiveLevel _level = AdaptiveLevel.Start;
    private bool _relieved;
    private long _lookedAt;
    private long _restedAt;
    private long _heapLimit;
    private volatile bool _refuses;
    private long _refused;
    private volatile PressureReport _report = new();

    /// <param name="setup">What it watches and turns.</param>
    /// <param name="budget">What is configured.</param>
    /// <param name="steps">Other steps than those of a sidecar, for tests.</param>
    public Governor(GovernorSetup setup, BudgetConfiguration budget, IReadOnlyList<ReliefStep>? steps = null)
    {
        _setup = setup;
        _budget = budget;
        _reading = setup.Sense(Ledger);
        _lookedAt = setup.Time.GetTimestamp();
        _plan = BudgetPlan.Of(budget, _reading.Cgroup.Limit);
        _ladder = new StoreLadder(setup, () => Plan);
        _steps = [.. (steps ?? _ladder.Steps).Select(static step => new StepRecord(step))];
        ApplySizes();
        Publish();
    }

    /// <summary>What it did, and who listens.</summary>
    public PressureEvents Events { get; } = new();

    /// <summary>The last look.</summary>
    public PressureReport Report => _report;

    /// <summary>Memory at the last look.</summary>
    public MemoryReading Reading => _reading;

    /// <summary>The budget in force, divided.</summary>
    public BudgetPlan Plan => _plan;

    /// <summary>Whether new writes are to be refused now. Asking counts the refusal.</summary>
    public bool RefusesWrite()
    {
        if (!_refuses)
            return false;
        Interlocked.Increment(ref _refused);
        return true;
    }

    /// <summary>Starts looking by itself.</summary>
    public void Start(ILogger logger)
    {
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-governor" };
        _thread.Start();
    }

    /// <summary>Asks for a look now. Returns at once; may be called from any thread.</summary>
    public void Wake()
    {
        lock (_signal)
        {
            _wanted = true;
            Monitor.Pulse(_signal);
        }
    }

    /// <summary>Takes over another budget, and looks.</summary>
    public void Accept(BudgetConfiguration budget)
    {
        lock (_looking)
        {
            _budget = budget;
            Look();
        }
    }

    /// <summary>Takes one look and does what it asks for. The governor's thread does so by itself; tests call it.</summary>
    public void Look()
    {
        lock (_looking)
        {
            MemoryReading before = _reading;
            TimeSpan since = _setup.Time.GetElapsedTime(_lookedAt);
            _lookedAt = _setup.Time.GetTimestamp();
            _reading = _setup.Sense(Ledger);
            Replan();
            ChangeState();
            SetHot(before, since);
            if (_state >= PressureState.Routine)
                Relieve();
            Recover();
            _level = _level.Next(_reading.Used, _plan);
            Memory.AdaptiveLevel = _level.Level;
            Publish();
            WatchLedger();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        Wake();
        _thread?.Join();
        _ladder.Dispose();
        _stop.Dispose();
    }

    private MemoryLedger Ledger => _setup.Store.Memory.Ledger;

    private StoreMemory Memory => _setup.Store.Memory;

    private void Run()
    {
        using GcWatch collections = new(Wake);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Look();
            }
#pragma warning disable CA1031 // The top of the loop: whoever watches over memory must not be the first to go.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogFailed(_logger, failure);
            }

            if (!_stop.Token.WaitHandle.WaitOne(BetweenLooks))
                Wait();
        }
    }

    /// <summary>Until the next look is due; half a second when it is tight.</summary>
    private void Wait()
    {
        TimeSpan patience = _state >= PressureState.Critical ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(_budget.IntervalSeconds);
        lock (_signal)
        {
            if (!_wanted && !_stop.IsCancellationRequested)
                Monitor.Wait(_signal, patience);
            _wanted = false;
        }
    }

    /// <summary>The container's limit may have changed, or the configured one.</summary>
    private void Replan()
    {
        BudgetPlan plan = BudgetPlan.Of(_budget, _reading.Cgroup.Limit);
        if (plan == _plan)
            return;
        long before = _plan.Limit;
        _plan = plan;
        ApplySizes();
        if (plan.Limit != before)
            Note(StoreLadder.Resize, $"the budget is {plan.Limit >> 20} MiB now, it was {before >> 20}", default, default, null);
    }

    private void ApplySizes()
    {
        Memory.HotBytes = _plan.HotBytesStart;
        if (_state < PressureState.Critical)
        {
            _setup.Caches.BytesMax = _plan.CacheBytes;
            Memory.ChunkBytes = _plan.ChunkBytes;
        }

        _heapLimit = 0;
    }

    private void ChangeState()
    {
        PressureState next = PressureStates.Next(_state, _reading.Used, _plan, _relieved);
        if (next < PressureState.Critical)
            _relieved = false;
        if (next == _state)
            return;
        string words = $"{PressureStates.Word(_state)} → {PressureStates.Word(next)}: "
            + $"{_reading.Used >> 20} of {_plan.Limit >> 20} MiB in use";
        _state = next;
        // Beside a background collection writers can fill the heap to its limit, and allocations of readers fail.
        _setup.CollectInBackground(next == PressureState.Calm);
        Note(StoreLadder.State, words, default, default, null);
        bool refuses = next == PressureState.Refusing;
        if (refuses != _refuses)
        {
            _refuses = refuses;
            Note(StoreLadder.RefuseWrites, refuses ? "new writes are answered 429; reads and deletes go on" : "writes are taken again", default, default, null);
        }
    }

    private void SetHot(in MemoryReading before, TimeSpan since)
    {
        double stall = _reading.StallsSteer && since > TimeSpan.Zero ? (_reading.StallSomeUs - before.StallSomeUs) / since.TotalMicroseconds : 0;
        long next = HotController.Next(_plan, _reading.Used, Memory.HotBytes, Memory.HotBytesHeld, Math.Clamp(stall, 0, 1));
        // Under pressure the ladder decides what goes: here it only grows, or goes with the stalls.
        if (next != Memory.HotBytes && _state == PressureState.Calm)
            Memory.HotBytes = next;
        // A heap that is larger than its new limit is collected first, and the limit set at a later look.
        if (_heapLimit != _plan.HeapBytesMax && _setup.LimitHeap(_plan.HeapBytesMax))
            _heapLimit = _plan.HeapBytesMax;
    }

    /// <summary>Takes steps in the order of what they are predicted to cost until memory is back at the goal.</summary>
    private void Relieve()
    {
        foreach (StepRecord record in _steps.OrderBy(static each => each.Step.From).ThenBy(static each => each.Cost.SecondsPerMebibyte).ToArray())
        {
            long wanted = _reading.Used - _plan.Goal;
            if (wanted <= 0 || _stop.IsCancellationRequested)
                break;
            if (record.Step.From <= _state && record.IsDue(_setup.Time, _state))
                Take(record, wanted);
        }

        _relieved |= _state >= PressureState.Critical;
        ChangeState();
    }

    private void Take(StepRecord record, long wanted)
    {
        long started = _setup.Time.GetTimestamp();
        long before = _reading.Used;
        Relief relief = default;
        _ = _setup.TakeSlowest();
        string? failure = null;
        try
        {
            relief = record.Step.Run(wanted, _stop.Token);
        }
#pragma warning disable CA1031 // A step that fails, for want of memory too, must not end the ladder: the next one may help.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            failure = fault.Message;
        }

        TimeSpan took = _setup.Time.GetElapsedTime(started);
        _reading = _setup.Sense(Ledger);
        long freed = Math.Max(0, before - _reading.Used);
        record.Note(freed, took, failure is not null, _setup.Time);
        if (record.Step.Name == StoreLadder.Emergency)
            _restedAt = _setup.Time.GetTimestamp();
        bool worthSaying = freed >= WorthSaying || relief.ClaimedBytes >= WorthSaying || record.Step.From >= PressureState.Critical;
        if (worthSaying || failure is not null)
            Note(record.Step.Name, $"{wanted >> 20} MiB over the goal" + (relief.Note is null ? "" : $"; {relief.Note}"), relief, took, failure, before, freed, _setup.TakeSlowest());
    }

    /// <summary>One stage a look, once the emergency is over; background work goes on after a while whatever happens.</summary>
    private void Recover()
    {
        bool over = _state < PressureState.Critical && _reading.Used < _plan.High;
        bool rested = Memory.PackingRests && _state == PressureState.Critical && _setup.Time.GetElapsedTime(_restedAt) >= RestMax;
        if ((over || rested) && _ladder.RecoverOneStage() is { } stage)
            Note(StoreLadder.Recover, stage, default, default, null);
    }

    /// <summary>Asks to be woken when charges alone would bring memory to the next mark.</summary>
    private void WatchLedger()
    {
        long mark = _reading.Used < _plan.High ? _plan.High : _reading.Used < _plan.Critical ? _plan.Critical : _plan.Refuse;
        long room = Math.Max(mark - _reading.Used, _plan.Slack / 4);
        Ledger.AlarmAt(_reading.Ledger + room, Wake);
    }

    private void Note(
        string step, string reason, in Relief relief, TimeSpan took, string? failure, long? used = null, long freed = 0,
        TimeSpan slowest = default)
    {
        var action = new PressureAction(
            0, _setup.Time.GetUtcNow(), step, reason, PressureStates.Word(_state), used ?? _reading.Used, freed, relief.ClaimedBytes,
            took.TotalMilliseconds, slowest.TotalMilliseconds, failure);
        Events.Add(action);
        if (failure is not null)
            LogStepFailed(_logger, step, failure);
        else
            LogAction(_logger, step, reason, freed >> 20, took.TotalMilliseconds);
    }

    private void Publish() => _report = PressureReports.Of(this, _steps, _state, _budget.Shares, Interlocked.Read(ref _refused)) with
    {
        HotTargetBytes = Memory.HotBytes,
        CompressionLevel = Memory.LevelInForce.ToString(),
        RefusingWrites = _refuses,
    };

    /// <summary>Accounts of the ledger.</summary>
    internal IReadOnlyList<AccountFigures> Accounts => Ledger.Figures;

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Memory: {Step}: {Reason}; {Freed} MiB freed in {Milliseconds:0.0} ms")]
    private static partial void LogAction(ILogger logger, string step, string reason, long freed, double milliseconds);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "Memory: {Step} failed, the ladder goes on: {Reason}")]
    private static partial void LogStepFailed(ILogger logger, string step, string reason);

    [LoggerMessage(EventId = 22, Level = LogLevel.Error, Message = "A look at memory failed; the next one is taken all the same")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
