using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Http;
using Xunit;

namespace Thermocline.Host.Tests;

public sealed class DocumentsTests
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
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        string operations = Document("OPERATIONS.md");
        MetricsText metrics = MetricsText.Parse(
            await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        foreach (string name in metrics.Types.Keys)
            Assert.True(operations.Contains($"`{name}", StringComparison.Ordinal), $"docs/OPERATIONS.md does not explain {name}");
    }

    private static string Document(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return File.ReadAllText(Path.Combine(folder, "docs", name));
    }
}
