using System.Text.Json;
using System.Text.RegularExpressions;
using Thermocline.Dashboards.Sidecar;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>The dashboard's file: what can be known of it without a Prometheus.</summary>
public sealed partial class DashboardFileTests
{
    private readonly DashboardFile _file = DashboardFile.Read();

    [Fact]
    public void The_file_is_what_its_source_makes() => Assert.True(
        SidecarDashboard.Json() == _file.Text,
        "dashboards/sidecar.json is stale. Run: dotnet run --project dashboards");

    [Fact]
    public void Every_panel_explains_itself_and_has_a_unit_and_a_question() => Assert.All(_file.Panels, panel =>
    {
        Assert.True(panel.GetProperty("description").GetString()!.Length > 20, panel.GetProperty("title").GetString());
        Assert.NotEmpty(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
        Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
    });

    [Fact]
    public void Ids_and_titles_are_given_once()
    {
        Assert.Distinct(_file.Root.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(_file.Panels.Select(panel => panel.GetProperty("title").GetString()));
    }

    [Fact]
    public void No_panel_lies_on_another_or_beyond_the_edge()
    {
        HashSet<(int, int)> taken = [];
        foreach (JsonElement panel in _file.Root.GetProperty("panels").EnumerateArray())
        {
            JsonElement place = panel.GetProperty("gridPos");
            (int x, int y) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
            (int width, int height) = (place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.InRange(x + width, 1, 24);
            foreach (int column in Enumerable.Range(x, width))
                Assert.All(Enumerable.Range(y, height), line => Assert.True(taken.Add((column, line)), panel.GetProperty("title").GetString()));
        }
    }

    [Fact]
    public void Every_data_source_is_the_chosen_one() => Assert.All(
        DataSource().Matches(_file.Text), match => Assert.Equal("${datasource}", match.Groups[1].Value));

    [Fact]
    public void Every_selector_asks_for_the_chosen_sidecars()
    {
        foreach ((string title, string expression) in _file.Queries)
        {
            Assert.DoesNotContain("{%", expression, StringComparison.Ordinal);
            Assert.All(Selector().Matches(expression), match => Assert.True(
                match.Groups[1].Value.StartsWith("""{namespace=~"$namespace",cluster=~"$cluster",pod=~"$pod",instance=~"$instance" """.TrimEnd(), StringComparison.Ordinal),
                $"{title}: {match.Value}"));
        }
    }

    // A name is drawn by each theme in its own shade; a number looks right in one of them.
    [Fact]
    public void Colours_are_names_that_a_dark_and_a_light_theme_know() =>
        Assert.DoesNotMatch("\"#[0-9a-fA-F]{3,8}\"|rgba?\\(", _file.Text);

    [GeneratedRegex("\"uid\": \"(\\$[^\"]*|[^\"]*prom[^\"]*)\"")]
    private static partial Regex DataSource();

    [GeneratedRegex(@"thermocline_\w+(\{[^}]*\})?")]
    private static partial Regex Selector();
}
