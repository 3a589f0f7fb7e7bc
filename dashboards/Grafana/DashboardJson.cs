using System.Text.Json.Nodes;

namespace Thermocline.Dashboards.Grafana;

/// <summary>A dashboard as Grafana imports it. Panels flow from left to right, as words of a text do.</summary>
internal static class DashboardJson
{
    private const int Columns = 24;
    private const int SchemaVersion = 39;

    private static readonly string[] Labels = ["namespace", "cluster", "pod", "instance"];

    public static string Of(Dashboard dashboard) => JsonLines.Write(new JsonObject
    {
        ["uid"] = dashboard.Id,
        ["title"] = dashboard.Title,
        ["description"] = dashboard.Description,
        ["tags"] = PanelJson.Array(["thermocline"]),
        ["schemaVersion"] = SchemaVersion,
        ["version"] = 1,
        ["editable"] = true,
        ["graphTooltip"] = 1,
        ["refresh"] = "10s",
        ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
        ["timezone"] = "browser",
        ["annotations"] = new JsonObject { ["list"] = PanelJson.Array(dashboard.Marks.Select(Annotation)) },
        ["templating"] = new JsonObject
        {
            ["list"] = PanelJson.Array([Variable.DataSource(), .. Labels.Select((name, at) => Variable.Label(name, Labels[..at]))]),
        },
        ["panels"] = PanelJson.Array(Panels(dashboard.Rows)),
    });

    private static JsonObject Annotation(Mark mark) => new()
    {
        ["name"] = mark.Name,
        ["datasource"] = PanelJson.DataSource(),
        ["enable"] = true,
        ["expr"] = new Query(mark.Expression, "").PromQl,
        ["step"] = "60s",
        ["titleFormat"] = mark.Title,
        ["iconColor"] = mark.Colour,
    };

    private static List<JsonNode?> Panels(IEnumerable<Row> rows)
    {
        List<JsonNode?> panels = [];
        int id = 1;
        int y = 0;
        foreach (Row row in rows)
        {
            panels.Add(Heading(row.Title, id++, y++));
            int x = 0;
            int lineHeight = 0;
            foreach (Panel panel in row.Panels)
            {
                if (x + panel.Width > Columns)
                {
                    y += lineHeight;
                    (x, lineHeight) = (0, 0);
                }
                panels.Add(PanelJson.Of(panel, id++, Place(x, y, panel.Width, panel.Height)));
                x += panel.Width;
                lineHeight = Math.Max(lineHeight, panel.Height);
            }
            y += lineHeight;
        }
        return panels;
    }

    private static JsonObject Heading(string title, int id, int y) => new()
    {
        ["id"] = id,
        ["type"] = "row",
        ["title"] = title,
        ["collapsed"] = false,
        ["gridPos"] = Place(0, y, Columns, 1),
        ["panels"] = new JsonArray(),
    };

    private static JsonObject Place(int x, int y, int width, int height) =>
        new() { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height };
}
