using Thermocline.Sidecar.Governor.Planning;

namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>What a step did since the start. Changed by the governor alone; read by anybody, each figure by itself.</summary>
internal sealed class StepRecord(ReliefStep step)
{
    // A step that gave nothing back is left alone for a while, longer each time: repeating it only costs.
    private const int FruitlessMax = 6;
    private static readonly TimeSpan FruitlessPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CriticalPause = TimeSpan.FromSeconds(1);
    private int _fruitless;
    private long _ranAt;

    /// <summary>The step.</summary>
    public ReliefStep Step => step;

    /// <summary>What the next run is predicted to cost.</summary>
    public StepCost Cost { get; private set; } = step.Cost;

    /// <summary>Runs.</summary>
    public long Runs { get; private set; }

    /// <summary>Bytes given back, as measured.</summary>
    public long FreedBytes { get; private set; }

    /// <summary>Time taken.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Runs that ended with a failure.</summary>
    public long Failures { get; private set; }

    /// <summary>Whether it may run again.</summary>
    public bool IsDue(TimeProvider time, PressureState state)
    {
        if (Runs == 0)
            return true;
        TimeSpan since = time.GetElapsedTime(_ranAt);
        // An emergency does not wait for a step to be forgiven, and hardly for one that ran just now: before writes are
        // refused, everything was tried.
        if (state >= PressureState.Critical)
            return since >= (step.Pause < CriticalPause ? step.Pause : CriticalPause);
        TimeSpan pause = FruitlessPause * ((1 << _fruitless) - 1);
        return since >= step.Pause && since >= pause;
    }

    /// <summary>Counts a run.</summary>
    public void Note(long freedBytes, TimeSpan took, bool failed, TimeProvider time)
    {
        _ranAt = time.GetTimestamp();
        Runs++;
        FreedBytes += freedBytes;
        Took += took;
        Failures += failed ? 1 : 0;
        _fruitless = freedBytes > 0 ? 0 : Math.Min(_fruitless + 1, FruitlessMax);
        Cost = Cost.After(freedBytes, took);
    }
}
