using System.Text.Json;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>dashboards/sidecar.json as Grafana would read it.</summary>
internal sealed class DashboardFile
{
    private DashboardFile(string text) => Text = text;

    public string Text { get; }

    public JsonElement Root => JsonDocument.Parse(Text).RootElement;

    /// <summary>Panels with something to show: not the headings of rows.</summary>
    public IEnumerable<JsonElement> Panels =>
        Root.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");

    /// <summary>Every expression of every panel and of the marks drawn into them, with the title it stands under.</summary>
    public IEnumerable<(string Title, string Expression)> Queries =>
        Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target =>
                (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!)))
            .Concat(Root.GetProperty("annotations").GetProperty("list").EnumerateArray().Select(mark =>
                (mark.GetProperty("name").GetString()!, mark.GetProperty("expr").GetString()!)));

    public static DashboardFile Read() => new(File.ReadAllText(PathOf("dashboards/sidecar.json")));

    /// <summary>A file of the working copy.</summary>
    public static string PathOf(string name)
    {
        string? root = RepositoryRoot.Find();
        Assert.True(root is not null, "The tests run outside of the working copy they were built from.");
        return Path.Combine(root, name);
    }
}
