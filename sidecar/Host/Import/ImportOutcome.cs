using System.Diagnostics;
using Thermocline.Memory.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>Everything the report is made of.</summary>
internal sealed record ImportOutcome
{
    /// <summary>What the import did; all zero when nothing was imported because the store was not empty.</summary>
    public ImportSummary Summary { get; init; } = new();

    public TimeSpan Took { get; init; }

    public bool IsDry { get; init; }

    /// <summary>Records that the store held before, when that was the reason to import nothing.</summary>
    public long? AlreadyHeld { get; init; }

    /// <summary>How long the store took to open; null without a folder.</summary>
    public TimeSpan? OpenedIn { get; init; }

    /// <summary>Bytes by which the files on disk grew; null when they cannot be seen.</summary>
    public long? StoredBytes { get; init; }

    /// <summary>Bytes of the files on disk.</summary>
    public long? FolderBytes { get; init; }

    public TierStatus? Hot { get; init; }

    public TierStatus? Warm { get; init; }

    public ExampleSearch? Example { get; init; }

    public long PeakMemoryBytes { get; } = PeakMemory();

    public double RecordsPerSecond => Took > TimeSpan.Zero ? (Summary.Records + Summary.Present) / Took.TotalSeconds : 0;

    /// <summary>Bytes of content written for each byte by which the files grew; null when nothing was written.</summary>
    public double? Ratio => StoredBytes is > 0 and { } stored && Summary.Records > 0 ? (double)Summary.ContentBytes / stored : null;

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
