using System.Text.Json.Nodes;

namespace Thermocline.Dashboards.Grafana;

/// <summary>A panel as Grafana stores it.</summary>
internal static class PanelJson
{
    /// <summary>The data source the reader chose.</summary>
    public static JsonObject DataSource() => new() { ["type"] = "prometheus", ["uid"] = "${datasource}" };

    public static JsonObject Of(Panel panel, int id, JsonObject place) => new()
    {
        ["id"] = id,
        ["type"] = TypeOf(panel.Kind),
        ["title"] = panel.Title,
        ["description"] = panel.Description,
        ["gridPos"] = place,
        ["datasource"] = DataSource(),
        ["targets"] = Array(panel.Queries.Select((query, at) => Target(query, at, panel.Kind))),
        ["fieldConfig"] = new JsonObject
        {
            ["defaults"] = Defaults(panel),
            ["overrides"] = Array(panel.Limits.Select(Dashed)),
        },
        ["options"] = Options(panel.Kind),
    };

    public static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    private static string TypeOf(PanelKind kind) => kind switch
    {
        PanelKind.Lines or PanelKind.Stack or PanelKind.Bars => "timeseries",
        PanelKind.Figure => "stat",
        PanelKind.States => "state-timeline",
    };

    private static JsonObject Target(Query query, int at, PanelKind kind) => new()
    {
        ["refId"] = ((char)('A' + at)).ToString(),
        ["editorMode"] = "code",
        ["expr"] = query.PromQl,
        ["legendFormat"] = query.Legend,
        ["instant"] = kind == PanelKind.Figure,
        ["range"] = kind != PanelKind.Figure,
    };

    private static JsonObject Defaults(Panel panel)
    {
        JsonObject defaults = new()
        {
            ["unit"] = panel.Unit,
            ["color"] = new JsonObject { ["mode"] = Coloured(panel.Kind) ? "thresholds" : "palette-classic" },
            ["mappings"] = panel.Names.Count == 0 ? [] : Array([Mapping(panel.Names)]),
            ["thresholds"] = new JsonObject { ["mode"] = "absolute", ["steps"] = Array(panel.Steps.Select(Threshold)) },
            ["custom"] = Custom(panel),
        };
        if (panel.Min is { } min)
            defaults["min"] = min;
        if (panel.Max is { } max)
            defaults["max"] = max;
        return defaults;
    }

    private static bool Coloured(PanelKind kind) => kind is PanelKind.Figure or PanelKind.States;

    // The first step is the colour of everything below the second one.
    private static JsonObject Threshold(Step step, int at) => new()
    {
        ["color"] = step.Colour,
        ["value"] = at == 0 ? null : JsonValue.Create(step.From),
    };

    private static JsonObject Mapping(IReadOnlyList<Naming> names) => new()
    {
        ["type"] = "value",
        ["options"] = new JsonObject(names.Select((name, at) => KeyValuePair.Create<string, JsonNode?>(
            $"{name.Value}", new JsonObject { ["text"] = name.Name, ["color"] = name.Colour, ["index"] = at }))),
    };

    private static JsonObject Custom(Panel panel) => panel.Kind switch
    {
        PanelKind.Figure => [],
        PanelKind.States => new JsonObject { ["fillOpacity"] = 75, ["lineWidth"] = 0 },
        _ => new JsonObject
        {
            ["drawStyle"] = panel.Kind == PanelKind.Bars ? "bars" : "line",
            ["lineWidth"] = 1,
            ["fillOpacity"] = panel.Kind switch { PanelKind.Bars => 80, PanelKind.Stack => 35, _ => 0 },
            ["showPoints"] = "never",
            ["spanNulls"] = false,
            ["stacking"] = new JsonObject { ["mode"] = panel.Kind == PanelKind.Lines ? "none" : "normal", ["group"] = "A" },
            ["thresholdsStyle"] = new JsonObject { ["mode"] = panel.Steps.Count > 1 ? "dashed" : "off" },
        },
    };

    private static JsonObject Dashed(string legend) => new()
    {
        ["matcher"] = new JsonObject { ["id"] = "byName", ["options"] = legend },
        ["properties"] = Array(
        [
            Property("custom.lineStyle", new JsonObject { ["fill"] = "dash", ["dash"] = Array([10, 10]) }),
            Property("custom.fillOpacity", 0),
            Property("custom.stacking", new JsonObject { ["mode"] = "none", ["group"] = "limits" }),
        ]),
    };

    private static JsonObject Property(string id, JsonNode value) => new() { ["id"] = id, ["value"] = value };

    private static JsonObject Options(PanelKind kind) => kind switch
    {
        PanelKind.Figure => new JsonObject
        {
            ["reduceOptions"] = new JsonObject { ["calcs"] = Array(["lastNotNull"]), ["fields"] = "", ["values"] = false },
            ["colorMode"] = "value",
            ["graphMode"] = "none",
            ["textMode"] = "value",
        },
        PanelKind.States => new JsonObject
        {
            ["mergeValues"] = true,
            ["showValue"] = "auto",
            ["legend"] = new JsonObject { ["showLegend"] = false, ["displayMode"] = "list", ["placement"] = "bottom" },
            ["tooltip"] = new JsonObject { ["mode"] = "single" },
        },
        _ => new JsonObject
        {
            ["legend"] = new JsonObject
            {
                ["showLegend"] = true,
                ["displayMode"] = "table",
                ["placement"] = "bottom",
                ["calcs"] = Array(["lastNotNull", "max"]),
            },
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
        },
    };
}
