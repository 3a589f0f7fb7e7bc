using System.Text.Json;

namespace Thermocline.Testing.Budget;

/// <summary>What <c>GET /v1/pressure</c> answered. A sidecar without that route has a view with the state <c>unwatched</c>.</summary>
public sealed record PressureView
{
    /// <summary>calm, routine, critical or refusing.</summary>
    public string State { get; init; } = "unwatched";

    /// <summary>What is compared with the marks.</summary>
    public long UsedBytes { get; init; }

    public long LimitBytes { get; init; }

    public long HighBytes { get; init; }

    public long CriticalBytes { get; init; }

    public long HotTargetBytes { get; init; }

    public string CompressionLevel { get; init; } = "";

    public string? Culprit { get; init; }

    /// <summary>The figures below <c>memory</c>, by name.</summary>
    public IReadOnlyDictionary<string, double> Memory { get; init; } = new Dictionary<string, double>();

    /// <summary>What each step of the ladder did since the start.</summary>
    public IReadOnlyList<StepView> Steps { get; init; } = [];

    /// <summary>The actions it remembers.</summary>
    public IReadOnlyList<ActionView> Actions { get; init; } = [];

    /// <summary>What a read falls into now.</summary>
    public ReadPhase Phase => State switch
    {
        "routine" => ReadPhase.Routine,
        "critical" or "refusing" => ReadPhase.Emergency,
        _ => ReadPhase.Quiet,
    };

    /// <summary>Reads an answer; what it does not say stays empty.</summary>
    public static PressureView Parse(JsonElement report) => new()
    {
        State = TextOf(report, "state") ?? "unwatched",
        UsedBytes = (long)NumberOf(report, "usedBytes"),
        LimitBytes = (long)NumberOf(report, "limitBytes"),
        HighBytes = (long)NumberOf(report, "highBytes"),
        CriticalBytes = (long)NumberOf(report, "criticalBytes"),
        HotTargetBytes = (long)NumberOf(report, "hotTargetBytes"),
        CompressionLevel = TextOf(report, "compressionLevel") ?? "",
        Culprit = TextOf(report, "culprit"),
        Memory = report.TryGetProperty("memory", out JsonElement memory) ? FiguresOf(memory) : [],
        Steps = [.. ItemsOf(report, "steps").Select(static step => new StepView(
            TextOf(step, "step") ?? "", (long)NumberOf(step, "runs"), (long)NumberOf(step, "freedBytes"),
            NumberOf(step, "seconds"), (long)NumberOf(step, "failures")))],
        Actions = [.. ItemsOf(report, "actions").Select(static action => new ActionView(
            TextOf(action, "id") ?? "", TimeOf(action), TextOf(action, "step") ?? "", TextOf(action, "reason") ?? "",
            (long)NumberOf(action, "freedBytes"), NumberOf(action, "tookMs")))],
    };

    private static Dictionary<string, double> FiguresOf(JsonElement memory) =>
        memory.EnumerateObject().Where(static each => each.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(static each => each.Name, static each => each.Value.GetDouble());

    private static JsonElement.ArrayEnumerator ItemsOf(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? TextOf(JsonElement from, string name) =>
        !from.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private static double NumberOf(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static DateTimeOffset TimeOf(JsonElement action) =>
        action.TryGetProperty("time", out JsonElement value) && value.TryGetDateTimeOffset(out DateTimeOffset time) ? time : default;
}
