namespace Thermocline.Contract.Configuration;

/// <summary>
/// The whole configuration of a sidecar, one record a section. Every property has its default, so that an empty file is
/// a valid configuration; <see cref="Reading.ConfigurationReader"/> is the only way to fill it from text.
/// </summary>
public sealed record SidecarConfiguration
{
    /// <summary>Most letters of <see cref="Revision"/>.</summary>
    public const int RevisionLettersMax = 63;

    /// <summary>What whoever wrote the configuration calls it; the status repeats it. Empty when nobody counts.</summary>
    public string Revision { get; init; } = "";

    /// <summary>Where the sidecar answers.</summary>
    public ListenConfiguration Listen { get; init; } = new();

    /// <summary>Where it keeps its files.</summary>
    public FolderConfiguration Folder { get; init; } = new();

    /// <summary>How much memory it may use.</summary>
    public BudgetConfiguration Budget { get; init; } = new();

    /// <summary>What is kept where.</summary>
    public TiersConfiguration Tiers { get; init; } = new();

    /// <summary>How values are made smaller.</summary>
    public CompressionConfiguration Compression { get; init; } = new();

    /// <summary>When a write is acknowledged.</summary>
    public DurabilityConfiguration Durability { get; init; } = new();

    /// <summary>What carries events.</summary>
    public EventsConfiguration Events { get; init; } = new();

    /// <summary>Whether and where daprd finds it.</summary>
    public DaprConfiguration Dapr { get; init; } = new();

    /// <summary>Shape of hypervectors.</summary>
    public HypervectorsConfiguration Hypervectors { get; init; } = new();

    /// <summary>Logs.</summary>
    public TelemetryConfiguration Telemetry { get; init; } = new();
}
