using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading;

/// <summary>Gives settings their meaning: defaults, ranges, and rules between settings, every mistake at once.</summary>
public static class ConfigurationReader
{
    private const int SocketPathBytesMax = 107;
    private const int DayMax = 36_500;
    // 100 of a MemoryCluster's own, and then namespace, cluster and store; a key of S3 has 1,024.
    private const int PrefixLettersMax = 600;
    private const int DaprPrefixLettersMax = 200;
    private const int CollectionsMax = 1_000;
    private const int ComponentNameLettersMax = 63;
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
            Events = Events(top.Section("events")),
            Dapr = Dapr(top.Section("dapr")),
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
            DataSocketMode = Mode(section, "dataSocketMode", standard.DataSocketMode),
            Admin = section.Address("admin", standard.Admin),
            AdminTokenFile = section.Text("adminTokenFile", standard.AdminTokenFile),
            GraceSeconds = (int)section.Integer("graceSeconds", standard.GraceSeconds, 0, 3_600),
            MaxConnections = (int)section.Integer("maxConnections", standard.MaxConnections, 1, 1_000_000),
            KeepAliveSeconds = (int)section.Integer("keepAliveSeconds", standard.KeepAliveSeconds, 1, 86_400),
        };
        if (System.Text.Encoding.UTF8.GetByteCount(listen.DataSocket) > SocketPathBytesMax)
            section.Report("dataSocket", "is longer than the 107 bytes a unix socket's path may have");
        if (listen.Admin is { Port: not 0 } && listen.Admin.Equals(listen.Data))
            section.Report("admin", "must differ from listen.data");
        section.End();
        return listen;
    }

    private static int Mode(SectionReader section, string name, int fallback)
    {
        if (section.Text(name, "") is not { Length: > 0 } text)
            return fallback;
        int mode = 0;
        bool octal = text.Length is 3 or 4 && text.All(each => each is >= '0' and <= '7');
        foreach (char digit in octal ? text : "")
            mode = (mode << 3) | (digit - '0');
        if (octal && mode <= 0x1FF)
            return mode;
        section.Report(name, $"must be permission bits in octal from 0000 to 0777, not '{text}'");
        return fallback;
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
            Cold = Cold(section.Section("cold")),
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

    private static ColdTierConfiguration Cold(SectionReader section)
    {
        ColdTierConfiguration standard = new();
        ColdTierConfiguration cold = new()
        {
            Kind = section.Choice("kind", standard.Kind),
            Path = section.Text("path", standard.Path),
            Bucket = section.Text("bucket", standard.Bucket),
            Prefix = section.Text("prefix", standard.Prefix),
            Region = section.Text("region", standard.Region),
            Endpoint = section.Text("endpoint", standard.Endpoint),
            StateStore = section.Text("stateStore", standard.StateStore),
            ApiTokenFile = section.Text("apiTokenFile", standard.ApiTokenFile),
            AccessKeyFile = section.Text("accessKeyFile", standard.AccessKeyFile),
            SecretKeyFile = section.Text("secretKeyFile", standard.SecretKeyFile),
            ArchiveAfterDays = (int)section.Integer("archiveAfterDays", standard.ArchiveAfterDays, 0, DayMax),
            ShipIntervalSeconds = (int)section.Integer("shipIntervalSeconds", standard.ShipIntervalSeconds, 1, 86_400),
            HalfLifeHours = (int)section.Integer("halfLifeHours", standard.HalfLifeHours, 1, 87_600),
            GarbageDelayMinutes = (int)section.Integer("garbageDelayMinutes", standard.GarbageDelayMinutes, 10, 43_200),
        };
        ColdRules(section, cold);
        section.End();
        return cold;
    }

    private static void ColdRules(SectionReader section, ColdTierConfiguration cold)
    {
        if (cold.Kind == ColdKind.S3 && cold.Bucket.Length == 0)
            section.Report("bucket", "must be given for kind s3");
        if (cold.Kind == ColdKind.Folder && cold.Path.Length == 0)
            section.Report("path", "must be given for kind folder");
        if (cold.Kind == ColdKind.Dapr && !IsComponent(cold.StateStore))
            section.Report("stateStore", "must name a state store of Dapr's for kind dapr: 1 to 253 printable characters, no space");
        if (cold.Kind == ColdKind.Dapr && cold.Prefix.Length > DaprPrefixLettersMax)
            section.Report("prefix", "must have at most 200 characters for kind dapr");
        if (cold.Region.Length == 0)
            section.Report("region", "must not be empty");
        if (!IsPrefix(cold.Prefix))
            section.Report("prefix", "must have letters, digits, '/', '-', '.' and '_', no empty, '.' or '..' part, at most 600 of them");
        if (cold.AccessKeyFile.Length == 0 != (cold.SecretKeyFile.Length == 0))
            section.Report("secretKeyFile", "goes together with accessKeyFile: give both or neither");
        if (cold.Endpoint.Length == 0)
            return;
        bool web = Uri.TryCreate(cold.Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";
        if (!web)
            section.Report("endpoint", "must be an http or https address");
        else if (uri!.UserInfo.Length > 0)
            section.Report("endpoint", "must not hold credentials; use accessKeyFile and secretKeyFile, or apiTokenFile");
    }

    private static bool IsComponent(string name) =>
        name.Length is > 0 and <= 253 && name is not ("." or "..") && !name.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsPrefix(string prefix)
    {
        bool plain = prefix.Length <= PrefixLettersMax
            && prefix.All(static each => char.IsAsciiLetterOrDigit(each) || each is '/' or '-' or '.' or '_');
        return prefix.Length == 0 || (plain && prefix.TrimEnd('/').Split('/').All(static part => part is not ("" or "." or "..")));
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

    private static EventsConfiguration Events(SectionReader section)
    {
        EventsConfiguration standard = new();
        EventsConfiguration events = new()
        {
            Engine = section.Choice("engine", standard.Engine),
            BacklogMax = (int)section.Integer("backlogMax", standard.BacklogMax, 1, 10_000_000),
            PublishWaitMs = (int)section.Integer("publishWaitMs", standard.PublishWaitMs, 0, 60_000),
            Redis = Redis(section.Section("redis")),
        };
        section.End();
        return events;
    }

    private static RedisConfiguration Redis(SectionReader section)
    {
        RedisConfiguration standard = new();
        RedisConfiguration redis = new()
        {
            Server = section.Text("server", standard.Server),
            User = section.Text("user", standard.User),
            PasswordFile = section.Text("passwordFile", standard.PasswordFile),
            Database = (int)section.Integer("database", standard.Database, 0, 1_000),
            TlsHost = section.Text("tlsHost", standard.TlsHost),
            Prefix = section.Text("prefix", standard.Prefix),
        };
        if (!IsServer(redis.Server))
            section.Report("server", "must be host:port, or the absolute path of a unix socket");
        if (redis.User.Length > 0 && redis.PasswordFile.Length == 0)
            section.Report("user", "needs passwordFile");
        if (redis.Prefix.Length is 0 or > 64 || !redis.Prefix.All(static each => each is > ' ' and <= '~'))
            section.Report("prefix", "must have 1 to 64 printable ASCII letters and no space");
        section.End();
        return redis;
    }

    private static bool IsServer(string server)
    {
        if (server.StartsWith('/'))
            return System.Text.Encoding.UTF8.GetByteCount(server) <= SocketPathBytesMax;
        int colon = server.LastIndexOf(':');
        return colon > 0 && !server.Contains('@', StringComparison.Ordinal)
            && ushort.TryParse(server.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port)
            && port > 0;
    }

    private static DaprConfiguration Dapr(SectionReader section)
    {
        DaprConfiguration standard = new();
        DaprConfiguration dapr = new()
        {
            SocketFolder = section.Text("socketFolder", standard.SocketFolder),
            ComponentName = section.Text("componentName", standard.ComponentName),
            SocketMode = Mode(section, "socketMode", standard.SocketMode),
        };
        if (dapr.SocketFolder.Length > 0 && !Path.IsPathRooted(dapr.SocketFolder))
            section.Report("socketFolder", "must be an absolute path: daprd looks for it from another folder");
        if (System.Text.Encoding.UTF8.GetByteCount(dapr.Socket) > SocketPathBytesMax)
            section.Report("socketFolder", "with the socket's name is longer than the 107 bytes a unix socket's path may have");
        if (dapr.ComponentName.Length is 0 or > ComponentNameLettersMax
            || !dapr.ComponentName.All(static each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each == '-'))
            section.Report("componentName", $"must have 1 to {ComponentNameLettersMax} of a-z 0-9 -");
        section.End();
        return dapr;
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
