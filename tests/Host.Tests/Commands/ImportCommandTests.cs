using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Commands;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string Data => _folder.Combine("store");

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Files_are_imported_once_and_the_figures_add_up()
    {
        string source = Notes();
        JsonElement first = await ReportAsync(0, source, "--data", Data, "--example");
        Assert.Equal((3, 0, 1), Counts(first));
        Assert.Equal(2, first.GetProperty("rejections")[0].GetProperty("line").GetInt32());
        Assert.True(first.GetProperty("bytesStored").GetInt64() > 0);
        Assert.True(first.GetProperty("tiers").GetProperty("warm").GetProperty("entries").GetInt64() >= 3);
        JsonElement example = first.GetProperty("example");
        Assert.True(example.GetProperty("hits").GetArrayLength() > 0, example.ToString());
        JsonElement second = await ReportAsync(0, source, "--data", Data);
        Assert.Equal((0, 3, 1), Counts(second));
        JsonElement third = await ReportAsync(0, source, "--data", Data, "--if-empty");
        Assert.Equal(3, third.GetProperty("alreadyHeld").GetInt64());
        Assert.Equal((0, 0, 0), Counts(third));
    }

    [Fact]
    public async Task A_dry_run_leaves_no_trace()
    {
        JsonElement report = await ReportAsync(0, Notes(), "--data", Data, "--dry-run");
        Assert.Equal((3, 0, 1), Counts(report));
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_running_sidecar_takes_the_import_over_its_API_and_keeps_its_folder()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        string source = Notes();
        Assert.Equal(1, await RunAsync("import", source, "--data", sidecar.Folder));
        Assert.Contains("--server", _error.ToString(), StringComparison.Ordinal);
        string server = sidecar.Host.DataAddress.ToString();
        Assert.Equal((3, 0, 1), Counts(await ReportAsync(0, source, "--server", server)));
        Assert.Equal((0, 3, 1), Counts(await ReportAsync(0, source, "--server", server)));
        using HttpResponseMessage answer = await sidecar.PostJsonAsync("/v1/memories:search", """{"query":"thermocline layer"}""");
        Assert.Contains("\"score\":", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nothing_could_be_imported_the_exit_code_says_so()
    {
        string file = _folder.Combine("bad.jsonl");
        await File.WriteAllTextAsync(file, "{nope\n", TestContext.Current.CancellationToken);
        JsonElement report = await ReportAsync(1, file, "--data", Data);
        Assert.Equal((0, 0, 1), Counts(report));
    }

    [Fact]
    public async Task A_sidecar_that_does_not_answer_is_a_plain_failure()
    {
        Assert.Equal(1, await RunAsync("import", Notes(), "--server", "http://127.0.0.1:1"));
        Assert.Contains("did not answer", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--limit", "0")]
    [InlineData("--limit", "many")]
    [InlineData("--format", "xml")]
    [InlineData("--server", "nowhere")]
    [InlineData("--server", "http://127.0.0.1:1", "--example")]
    [InlineData("/there/is/no/such/file")]
    public async Task Bad_usage_is_told_with_exit_code_2(params string[] arguments) =>
        Assert.Equal(2, await RunAsync(["import", .. arguments]));

    [Fact]
    public async Task The_text_report_names_every_figure()
    {
        Assert.Equal(0, await RunAsync("import", Notes(), "--data", Data, "--example"));
        foreach (string word in new[] { "Imported 3 records", "rejected", "bytes in", "bytes stored", "ratio", "records/s", "peak memory", "Example search", "TIER", "warm" })
            Assert.Contains(word, _output.ToString(), StringComparison.Ordinal);
    }

    private string Notes()
    {
        string source = _folder.Combine("notes");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "a.jsonl"), "{\"text\":\"thermocline layer between warm and cold water\"}\nnope\n{\"text\":\"another layer\"}\n");
        File.WriteAllText(Path.Combine(source, "b.md"), "# Heading\nSomething about coral reefs and warm water.\n");
        return source;
    }

    private async Task<JsonElement> ReportAsync(int expected, params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        int code = await RunAsync(["import", .. arguments, "--output", "json"]);
        Assert.True(code == expected, $"exit {code}: {_error}");
        return JsonDocument.Parse(_output.ToString()).RootElement;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandTree.RunAsync(arguments, new Surroundings(_output, _error, new Dictionary<string, string>(), TimeProvider.System));

    private static (long Records, long Present, long Rejected) Counts(JsonElement report) =>
        (report.GetProperty("records").GetInt64(), report.GetProperty("alreadyThere").GetInt64(), report.GetProperty("rejected").GetInt64());
}
