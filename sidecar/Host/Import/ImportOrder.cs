using Thermocline.Memory.Import;

namespace Thermocline.Sidecar.Import;

/// <summary>What the command line asks for.</summary>
internal sealed record ImportOrder
{
    public IReadOnlyList<string> Paths { get; init; } = [];

    public required string Folder { get; init; }

    public Uri? Server { get; init; }

    public bool OnlyIfEmpty { get; init; }

    public bool ShowsExample { get; init; }

    public bool IsDry { get; init; }

    public SourceFormat Format { get; init; }

    public long RecordsMax { get; init; } = long.MaxValue;

    /// <summary>Whether the first record that cannot be read ends the import.</summary>
    public bool StopsAtRejection { get; init; }

    public bool IsJson { get; init; }
}
