using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading.Sections;

namespace Thermocline.Contract.Reading;

/// <summary>Gives settings their meaning: defaults, ranges, and rules between settings, every mistake at once.</summary>
public static class ConfigurationReader
{
    private const int CollectionsMax = 1_000;
    private const string NeedsCold = "needs tiers.cold";

    /// <summary>Reads a whole configuration.</summary>
    public static ConfigurationReading Read(SettingSection settings)
    {
        ReadingNotes notes = new();
        SectionReader top = new("", settings, notes);
        SidecarConfiguration configuration = new()
        {
            Revision = Revision(top),
            Listen = Listen(top.Section("listen")),
            Folder = Folder(top.Section("data")),
            Budget = Budget(top.Section("budget")),
            Tiers = Tiers(top.Section("tiers")),
            Compression = Compression(top.Section("compression")),
            Durability = Durability(top.Section("durability")),
            Events = EventsSection.Read(top.Section("events")),
            Dapr = DaprSection.Read(top.Section("dapr")),
            Hypervectors = Hypervectors(top.Section("hypervectors")),
            Telemetry = Telemetry(top.Section("telemetry")),
        };
        if (configuration.Dapr.Socket.Length > 0 && configuration.Dapr.Socket == configuration.Listen.DataSocket)
            top.Report("dapr", "would have its socket where listen.dataSocket is");
        top.LaterSection("search");
        top.LaterSection("encryption");
        top.Later("hypervectors");
        top.End();
        return new ConfigurationReading(configuration, notes.Mistakes, notes.NotActedOn);
    }

    private static string Revision(SectionReader top)
    {
        string revision = top.Text("revision", "");
        if (revision.Length <= SidecarConfiguration.RevisionLettersMax && !revision.Any(char.IsControl))
            return revision;
        top.Report("revision", $"must be a text of at most {SidecarConfiguration.RevisionLettersMax} letters");
        return "";
    }

    private static ListenConfiguration Listen(SectionReader section)
    {
        ListenConfiguration standard = new();
        ListenConfiguration listen = new()
        {
            Data = section.Address("data", standard.Data)!,
            DataSocket = section.Text("dataSocket", standard.DataSocket),
            DataSocketMode = section.Mode("dataSocketMode", standard.DataSocketMode),
            Admin = section.Address("admin", standard.Admin),
            AdminTokenFile = section.Text("adminTokenFile", standard.AdminTokenFile),
            GraceSeconds = (int)section.Integer("graceSeconds", standard.GraceSeconds, 0, 3_600),
            MaxConnections = (int)section.Integer("maxConnections", standard.MaxConnections, 1, 1_000_000),
            KeepAliveSeconds = (int)section.Integer("keepAliveSeconds", standard.KeepAliveSeconds, 1, 86_400),
        };
        if (System.Text.Encoding.UTF8.GetByteCount(listen.DataSocket) > SectionReader.SocketPathBytesMax)
            section.Report("dataSocket", "is longer than the 107 bytes a unix socket's path may have");
        if (listen.Admin is { Port: not 0 } && listen.Admin.Equals(listen.Data))
            section.Report("admin", "must differ from listen.data");
        section.End();
        return listen;
    }

    private static FolderConfiguration Folder(SectionReader section)
    {
        FolderConfiguration standard = new();
        FolderConfiguration folder = new()
        {
            Path = section.Text("path", standard.Path),
            Restore = section.Choice("restore", standard.Restore),
        };
        if (folder.Path.Length == 0 || folder.Path.Contains('\0', StringComparison.Ordinal))
            section.Report("path", "must name a folder");
        section.End();
        return folder;
    }

    private static BudgetConfiguration Budget(SectionReader section)
    {
        BudgetConfiguration standard = new();
        BudgetConfiguration budget = new()
        {
            Limit = section.Bytes("limit", standard.Limit, BudgetConfiguration.LimitMin, BudgetConfiguration.LimitMax),
            HighWatermark = (int)section.Integer("highWatermark", standard.HighWatermark, 1, 100),
            CriticalWatermark = (int)section.Integer("criticalWatermark", standard.CriticalWatermark, 1, 100),
            IntervalSeconds = (int)section.Integer("intervalSeconds", standard.IntervalSeconds, 1, 3_600),
            Shares = Shares(section),
        };
        if (budget.HighWatermark >= budget.CriticalWatermark)
            section.Report("highWatermark", $"must be below budget.criticalWatermark ({budget.CriticalWatermark})");
        section.End();
        return budget;
    }

    private static BudgetShares Shares(SectionReader budget)
    {
        SectionReader section = budget.Section("shares");
        BudgetShares standard = new();
        BudgetShares shares = new()
        {
            States = (int)section.Integer("states", standard.States, 0, 100),
            Signals = (int)section.Integer("signals", standard.Signals, 0, 100),
            Cache = (int)section.Integer("cache", standard.Cache, 0, 100),
            Connections = (int)section.Integer("connections", standard.Connections, 0, 100),
            System = (int)section.Integer("system", standard.System, 0, 100),
        };
        int sum = shares.States + shares.Signals + shares.Cache + shares.Connections + shares.System;
        if (sum != 100)
            budget.Report("shares", $"must add up to 100, not {sum}");
        section.End();
        return shares;
    }

    private static TiersConfiguration Tiers(SectionReader section)
    {
        TiersConfiguration standard = new();
        SectionReader hot = section.Section("hot");
        SectionReader warm = section.Section("warm");
        TiersConfiguration tiers = new()
        {
            HotEntriesMax = hot.Integer("maxEntries", standard.HotEntriesMax, 1, 1_000_000_000),
            HotStrengthMin = hot.Fraction("minStrength", standard.HotStrengthMin),
            WarmBytesMax = warm.Bytes("maxBytes", standard.WarmBytesMax, 1L << 20, 1L << 50),
            WarmStrengthMin = warm.Fraction("minStrength", standard.WarmStrengthMin),
            Cold = ColdSection.Read(section.Section("cold")),
        };
        if (tiers.HotStrengthMin < tiers.WarmStrengthMin)
            hot.Report("minStrength", "must not be below tiers.warm.minStrength");
        hot.Later("maxEntries");
        if (tiers.Cold.Kind == ColdKind.None)
        {
            // Without a cold store nothing can leave the local disk, so nothing is there to be decided.
            hot.Later("minStrength", NeedsCold);
            warm.Later("maxBytes", NeedsCold);
            warm.Later("minStrength", NeedsCold);
        }
        hot.End();
        warm.End();
        section.End();
        return tiers;
    }

    private static CompressionConfiguration Compression(SectionReader section)
    {
        CompressionConfiguration standard = new();
        CompressionConfiguration compression = new()
        {
            Level = section.Choice("level", standard.Level),
            Stages = section.Words("stages", standard.Stages, CompressionConfiguration.StageNames),
            QuantisedCollections = section.Collections("quantisedCollections", CollectionsMax),
        };
        if (compression.Level != CompressionLevel.Off && !compression.Stages.Contains("zstd") && !section.IsMistaken("stages"))
            section.Report("stages", "must name zstd, the codec of every level; level Off goes without");
        if (compression.QuantisedCollections.Count > 0 && !compression.Stages.Contains("quantise"))
            section.Report("quantisedCollections", "needs the stage quantise in compression.stages");
        if (compression.Stages.Contains("lz4"))
            section.Later("stages", "lz4: every level uses zstd");
        section.End();
        return compression;
    }

    private static DurabilityConfiguration Durability(SectionReader section)
    {
        DurabilityConfiguration standard = new();
        DurabilityConfiguration durability = new()
        {
            Policy = section.Choice("policy", standard.Policy),
            IntervalMs = (int)section.Integer("intervalMs", standard.IntervalMs, 1, 60_000),
        };
        section.End();
        return durability;
    }

    private static HypervectorsConfiguration Hypervectors(SectionReader section)
    {
        int standard = new HypervectorsConfiguration().Dimension;
        int dimension = (int)section.Integer("dimension", standard, 64, 1 << 20);
        if (dimension % 64 != 0)
            section.Report("dimension", $"must be a multiple of 64, such as {(dimension / 64 + 1) * 64}, not {dimension}");
        section.End();
        return new HypervectorsConfiguration { Dimension = dimension };
    }

    private static TelemetryConfiguration Telemetry(SectionReader section)
    {
        TelemetryConfiguration standard = new();
        TelemetryConfiguration telemetry = new()
        {
            LogFormat = section.Choice("logFormat", standard.LogFormat),
            LogLevel = section.Choice("logLevel", standard.LogLevel),
        };
        section.End();
        return telemetry;
    }
}
