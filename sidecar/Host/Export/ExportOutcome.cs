using System.Diagnostics;

namespace Thermocline.Sidecar.Export;

/// <summary>Everything the report is made of.</summary>
internal sealed record ExportOutcome
{
    /// <summary>Records written, those of earlier runs included; 0 when a server was asked for another format than lines.</summary>
    public long Records { get; init; }

    /// <summary>Records this run wrote.</summary>
    public long NewRecords { get; init; }

    /// <summary>Bytes written, those of earlier runs included.</summary>
    public long Bytes { get; init; }

    /// <summary>Records left out because their bytes are damaged.</summary>
    public long Damaged { get; init; }

    public IReadOnlyList<string> DamagedNamed { get; init; } = [];

    /// <summary>The moments the parts of the export show.</summary>
    public IReadOnlyList<ulong> Sequences { get; init; } = [];

    public bool Stopped { get; init; }

    /// <summary>Whether it can be gone on with.</summary>
    public bool CanResume { get; init; }

    /// <summary>Whether it went on with an earlier run.</summary>
    public bool Resumed { get; init; }

    public TimeSpan Took { get; init; }

    public long PeakMemoryBytes { get; } = PeakMemory();

    public double RecordsPerSecond => Took > TimeSpan.Zero ? NewRecords / Took.TotalSeconds : 0;

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
