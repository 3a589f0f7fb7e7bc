using System.Text.RegularExpressions;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Http;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests;

public sealed partial class DocumentsTests
{
    [Fact]
    public void The_reference_lists_every_problem_code_and_operations_says_what_to_do_about_it()
    {
        string api = Document("API.md");
        string operations = Document("OPERATIONS.md");
        foreach (string code in ProblemCode.All)
        {
            Assert.True(api.Contains($"| `{code}` |", StringComparison.Ordinal), $"docs/API.md has no row for `{code}`");
            Assert.True(operations.Contains($"`{code}`", StringComparison.Ordinal), $"docs/OPERATIONS.md does not name `{code}`");
        }
    }

    [Fact]
    public void Every_code_is_in_the_list_of_codes()
    {
        IEnumerable<string> constants = typeof(ProblemCode).GetFields().Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(constants.Order(StringComparer.Ordinal), ProblemCode.All.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_is_explained()
    {
        string operations = Document("OPERATIONS.md");
        foreach ((string path, _) in ConfigurationValues.Of(new SidecarConfiguration()))
            Assert.True(operations.Contains($"`{path}`", StringComparison.Ordinal), $"docs/OPERATIONS.md does not explain `{path}`");
    }

    [Fact]
    public async Task Every_metric_is_explained()
    {
        using var sockets = new TempFolder();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(AllOf(sockets));
        string operations = Document("OPERATIONS.md");
        MetricsText metrics = MetricsText.Parse(
            await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        foreach (string name in metrics.Types.Keys)
            Assert.True(operations.Contains($"`{name}", StringComparison.Ordinal), $"docs/OPERATIONS.md does not explain {name}");
    }

    [Theory]
    [InlineData("docs/OPERATIONS.md")]
    [InlineData("dashboards/sidecar.json")]
    [InlineData("dashboards/alerts.yaml")]
    public async Task Every_metric_that_is_named_is_one_the_sidecar_exposes(string file)
    {
        using var sockets = new TempFolder();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(AllOf(sockets));
        MetricsText metrics = MetricsText.Parse(
            await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        // Those of the operator are its own tests' business.
        string[] named = [.. MetricName().Matches(Text(file)).Select(match => match.Value).Distinct()
            .Where(name => !name.StartsWith("thermocline_operator_", StringComparison.Ordinal))];
        Assert.NotEmpty(named);
        foreach (string name in named)
        {
            Match part = HistogramPart().Match(name);
            bool exposed = metrics.Types.ContainsKey(name)
                || (part.Success && metrics.Types.GetValueOrDefault(part.Groups[1].Value) == "histogram");
            Assert.True(exposed, $"{file} names {name}, which is not exposed");
        }
    }

    // Whatever has figures of its own is turned on.
    private static string AllOf(TempFolder sockets) =>
        $"dapr: {{socketFolder: {sockets.Path}}}\nevents: {{publish: [memory.write, memory.access]}}";

    private static string Document(string name) => Text(Path.Combine("docs", name));

    private static string Text(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return File.ReadAllText(Path.Combine(folder, name));
    }

    // A name that ends in _ stands for a family, and one with a colon is a recorded one.
    [GeneratedRegex("thermocline_[a-z0-9_]*[a-z0-9](?![a-z0-9_*])")]
    private static partial Regex MetricName();

    [GeneratedRegex("^(.*)_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
