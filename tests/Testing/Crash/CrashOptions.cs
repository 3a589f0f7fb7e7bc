using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Crash;

/// <summary>How hard the crash driver tries. The seed decides everything but the timing of the machine.</summary>
public sealed record CrashOptions
{
    public required SidecarProgram Program { get; init; }

    /// <summary>The data folder; it must be empty or absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary>How often the process is killed under load; stops and kills during a start come on top.</summary>
    public int Rounds { get; init; } = 8;

    public int Seed { get; init; } = 1;

    /// <summary>Clients that write at once. Each has keys of its own, so that the order of the writes of a key is known.</summary>
    public int Writers { get; init; } = 16;

    public int KeysPerWriter { get; init; } = 48;

    /// <summary>The longest time under load before a kill.</summary>
    public int LoadMillisecondsMax { get; init; } = 600;

    /// <summary>After so many kills the process is stopped by SIGTERM under load once; 0 for never.</summary>
    public int CleanStopEvery { get; init; } = 10;

    /// <summary>One in so many starts is killed before it is ready, in the middle of its recovery; 0 for never.</summary>
    public int KillDuringStartOneIn { get; init; } = 6;
}
