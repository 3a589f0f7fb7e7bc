namespace Thermocline.Contract.Status;

/// <summary>What <c>GET /v1/status</c> answers: where memory is, why, and what the sidecar did about it.</summary>
public sealed record SidecarStatus
{
    /// <summary>Version of the sidecar.</summary>
    public string Version { get; init; } = "";

    /// <summary>What each tier holds.</summary>
    public TiersReport Tiers { get; init; } = new();

    /// <summary>Memory, in bytes.</summary>
    public BudgetReport Budget { get; init; } = new();

    /// <summary>What is kept in memory only to be quick.</summary>
    public CachesReport Caches { get; init; } = new();

    /// <summary>How much smaller values became.</summary>
    public CompressionReport Compression { get; init; } = new();

    /// <summary>Packing of sealed segments.</summary>
    public PackingReport Packing { get; init; } = new();

    /// <summary>The cold store, or null when none is configured.</summary>
    public ColdStoreReport? Cold { get; init; }

    /// <summary>The event bus, or null when nothing uses one.</summary>
    public EventsReport? Events { get; init; }

    /// <summary>What is away while local data is served. Empty when nothing is.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>Whether memory runs short.</summary>
    public PressureReport Pressure { get; init; } = new();

    /// <summary>The log of the store.</summary>
    public LogReport Log { get; init; } = new();

    /// <summary>Twelve hex digits that name the configuration in force.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The setting <c>revision</c> of the configuration in force: what whoever wrote it calls it.</summary>
    public string ConfiguredRevision { get; init; } = "";

    /// <summary>Settings of the file that wait for a restart.</summary>
    public IReadOnlyList<string> PendingRestart { get; init; } = [];

    /// <summary>How the store was opened.</summary>
    public RecoverySummary Recovery { get; init; } = new();

    /// <summary>Long operations. This version has none.</summary>
    public IReadOnlyList<OperationReport> Operations { get; init; } = [];
}
