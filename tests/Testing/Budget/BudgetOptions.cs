using Thermocline.Testing.Cgroups;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Budget;

/// <summary>What a <see cref="BudgetDriver"/> puts a sidecar through.</summary>
public sealed record BudgetOptions
{
    /// <summary>The sidecar.</summary>
    public required SidecarProgram Program { get; init; }

    /// <summary>The group it runs in.</summary>
    public required MemoryCgroup Cgroup { get; init; }

    /// <summary>The <c>budget.limit</c> at first.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Where its data, its configuration and the state of the run go. A run that was stopped is gone on with.</summary>
    public required string Folder { get; init; }

    /// <summary>Passages of text: UTF-8 that may stand in a JSON string as it is.</summary>
    public required IReadOnlyList<byte[]> Texts { get; init; }

    /// <summary>Bytes of records; what is overwritten comes on top.</summary>
    public required long Bytes { get; init; }

    /// <summary>Decides every record.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Mean length of a record.</summary>
    public int RecordBytes { get; init; } = 3 << 10;

    /// <summary>Clients that write, each on a connection of its own.</summary>
    public int Writers { get; init; } = 4;

    /// <summary>Clients that read at random meanwhile.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>Records of a batch.</summary>
    public int BatchRecords { get; init; } = 128;

    /// <summary>Among a hundred operations, those that overwrite an earlier record.</summary>
    public int OverwritePercent { get; init; } = 10;

    /// <summary>Changes of the limits, in order.</summary>
    public IReadOnlyList<LimitMove> Moves { get; init; } = [];

    /// <summary>A folder for a cold store, or null for none.</summary>
    public string? ColdFolder { get; init; }

    /// <summary>Time between two samples.</summary>
    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long writes, or a lower limit, may be refused before the run counts as stuck.</summary>
    public TimeSpan RefusalLimit { get; init; } = TimeSpan.FromMinutes(2);
}
