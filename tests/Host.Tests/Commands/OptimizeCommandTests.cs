using System.Net;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Commands;
using Thermocline.Sidecar.Http;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Commands;

public sealed class OptimizeCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_dry_run_counts_by_reason_and_changes_nothing_until_it_is_meant()
    {
        await FillAsync(_folder.Path);
        string[] rules = ["--data", _folder.Path, "--below", "0.5"];
        JsonElement dry = await ReportAsync(0, [.. rules, "--dry-run"]);
        Assert.True(dry.GetProperty("dryRun").GetBoolean());
        Assert.Equal((14, 4, 4, 0), Counts(dry));
        JsonElement unconfirmed = await ReportAsync(2, rules);
        Assert.True(unconfirmed.GetProperty("dryRun").GetBoolean());
        Assert.Contains("Add --yes to delete these 4 records", _error.ToString(), StringComparison.Ordinal);
        JsonElement done = await ReportAsync(0, [.. rules, "--yes"]);
        Assert.Equal((14, 4, 4, 4), Counts(done));
        Assert.Equal((10, 0, 0, 0), Counts(await ReportAsync(0, [.. rules, "--yes"])));
    }

    [Fact]
    public async Task Without_rules_it_packs_and_deletes_nothing()
    {
        await FillAsync(_folder.Path);
        JsonElement report = await ReportAsync(0, "--data", _folder.Path);
        Assert.Equal((14, 0, 0, 0), Counts(report));
        Assert.True(report.GetProperty("packed").GetInt32() > 0);
        Assert.Equal(0, await RunAsync("--data", _folder.Path));
        Assert.Contains("not packed", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_sidecar_is_optimised_over_its_admin_listener()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        await FillAsync(sidecar);
        Assert.Equal(1, await RunAsync("--data", sidecar.Folder));
        Assert.Contains("--server", _error.ToString(), StringComparison.Ordinal);
        string[] rules = ["--server", sidecar.Host.Admin.ToString(), "--data", sidecar.Folder, "--collection", "c", "--older-than-days", "0"];
        JsonElement dry = await ReportAsync(0, [.. rules, "--dry-run"]);
        Assert.Equal(10, dry.GetProperty("old").GetInt64());
        Assert.Equal((10, 0, 10, 10), Counts(await ReportAsync(0, [.. rules, "--yes"])));
        using HttpResponseMessage gone = await sidecar.GetAsync("/v1/kv/c/k0");
        await gone.AssertProblemAsync(404, ProblemCode.KeyAbsent);
    }

    [Fact]
    public async Task The_route_asks_for_the_token_looks_by_default_and_names_every_mistake()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        await FillAsync(sidecar);
        using (HttpResponseMessage refused = await sidecar.SendAsync(HttpMethod.Post, "/v1/admin/optimize", null))
            await refused.AssertProblemAsync(401, ProblemCode.TokenRequired);
        (string, string) token = ("Authorization", "Bearer " + sidecar.Token);
        using (HttpResponseMessage wrong = await sidecar.SendAsync(
            HttpMethod.Post, "/v1/admin/optimize?dryRun=maybe&olderThanDays=-1&below=2&collection=A&nonsense=1", null, token))
        {
            JsonElement problem = await wrong.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
            Assert.Equal(["dryRun", "olderThanDays", "below", "collection", "nonsense"],
                problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));
        }

        using HttpResponseMessage looked = await sidecar.SendAsync(HttpMethod.Post, "/v1/admin/optimize?olderThanDays=0", null, token);
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        using JsonDocument report = JsonDocument.Parse(await looked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(report.RootElement.GetProperty("dryRun").GetBoolean());
        using HttpResponseMessage still = await sidecar.GetAsync("/v1/kv/c/k0");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData("--below", "2")]
    [InlineData("--below", "0")]
    [InlineData("--older-than-days", "-1")]
    [InlineData("--collection", "c")]
    [InlineData("--collection", "C", "--below", "0.5")]
    [InlineData("--server", "nowhere")]
    public async Task Bad_usage_is_told_with_exit_code_2(params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(arguments));
        Assert.NotEmpty(_error.ToString());
    }

    [Fact]
    public async Task A_folder_without_a_store_is_not_made_into_one()
    {
        Assert.Equal(1, await RunAsync("--data", _folder.Path));
        Assert.Contains("There is no store in", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static async Task FillAsync(string folder)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(folder: folder);
        await FillAsync(sidecar);
    }

    /// <summary>Ten records that are no memories, and four memories of little significance.</summary>
    private static async Task FillAsync(RunningSidecar sidecar)
    {
        for (int i = 0; i < 10; i++)
            (await sidecar.PutAsync($"/v1/kv/c/k{i}", new byte[100])).Dispose();
        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage saved = await sidecar.PostJsonAsync(
                "/v1/memories", $$$"""{"text":"memory {{{i}}}","significance":{"knowledge_value":0.{{{i}}}}}""");
            Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        }
    }

    private static (long Scanned, long Minor, long Chosen, long Deleted) Counts(JsonElement report) =>
        (report.GetProperty("scanned").GetInt64(), report.GetProperty("minor").GetInt64(), report.GetProperty("chosen").GetInt64(),
            report.GetProperty("deleted").GetInt64());

    private async Task<JsonElement> ReportAsync(int expected, params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        int code = await RunAsync([.. arguments, "--output", "json"]);
        Assert.True(code == expected, $"exit {code}: {_error}");
        return JsonDocument.Parse(_output.ToString()).RootElement;
    }

    private Task<int> RunAsync(params string[] arguments) => CommandTree.RunAsync(
        ["optimize", .. arguments], new Surroundings(_output, _error, new Dictionary<string, string>(), TimeProvider.System));
}
