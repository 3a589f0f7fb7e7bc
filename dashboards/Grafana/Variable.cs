using System.Text.Json.Nodes;

namespace Thermocline.Dashboards.Grafana;

/// <summary>
/// What a reader chooses above the panels. All of a label means any value and none, so that a plain scrape, which knows neither
/// namespace nor pod, is shown too.
/// </summary>
internal static class Variable
{
    public static JsonObject DataSource() => new()
    {
        ["type"] = "datasource",
        ["name"] = "datasource",
        ["label"] = "Data source",
        ["query"] = "prometheus",
        ["refresh"] = 1,
        ["hide"] = 0,
    };

    /// <summary>The values of a label among the sidecars that the variables before it leave.</summary>
    public static JsonObject Label(string name, IEnumerable<string> before) => new()
    {
        ["type"] = "query",
        ["name"] = name,
        ["label"] = name,
        ["datasource"] = PanelJson.DataSource(),
        ["query"] = new JsonObject { ["query"] = Question(name, before), ["refId"] = "values" },
        ["definition"] = Question(name, before),
        ["multi"] = true,
        ["includeAll"] = true,
        ["allValue"] = ".*",
        ["current"] = new JsonObject
        {
            ["selected"] = true,
            ["text"] = PanelJson.Array(["All"]),
            ["value"] = PanelJson.Array(["$__all"]),
        },
        ["refresh"] = 2,
        ["sort"] = 1,
        ["hide"] = 0,
    };

    private static string Question(string name, IEnumerable<string> before)
    {
        string chosen = string.Join(',', before.Select(each => $"{each}=~\"${each}\""));
        return $"label_values(thermocline_build_info{(chosen.Length == 0 ? "" : $"{{{chosen}}}")}, {name})";
    }
}
