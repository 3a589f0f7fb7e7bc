using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Commands;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Commands;

public sealed class CommandTreeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Every_configuration_mistake_is_listed_and_the_exit_code_is_2()
    {
        string file = _folder.Combine("wrong.yaml");
        await File.WriteAllTextAsync(file, "budget:\n  limit: none\n  shares: {states: 99}\nhypervectors: {dimension: 7}\n",
            TestContext.Current.CancellationToken);
        Assert.Equal(2, await RunAsync("serve", "--config", file));
        Assert.Contains("budget.limit: must be an amount", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("(line 2)", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("budget.shares: must add up to 100", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("hypervectors.dimension", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_mistake_too()
    {
        _environment["THERMOCLINE_CONFIG"] = _folder.Combine("absent.yaml");
        Assert.Equal(2, await RunAsync("serve"));
        Assert.Contains("absent.yaml: cannot be read", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_effective_configuration_is_printed()
    {
        _environment["THERMOCLINE__BUDGET__LIMIT"] = "64Mi";
        Assert.Equal(0, await RunAsync("serve", "--print-config", "--data", "/somewhere", "--listen", "[::1]:7", "--log-format", "json"));
        Assert.Contains("  limit: 64Mi\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  path: /somewhere\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  data: \"[::1]:7\"\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  logFormat: json\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--nonsense")]
    [InlineData("nonsense")]
    [InlineData("serve", "--listen", "nowhere")]
    [InlineData("serve", "--log-format", "xml")]
    [InlineData("status", "--output", "xml")]
    [InlineData("status", "--server", "ftp://x")]
    [InlineData("serve", "extra")]
    public async Task Bad_usage_is_exit_code_2(params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(arguments));
        Assert.NotEmpty(_error.ToString());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("serve", "--help")]
    [InlineData("status", "--help")]
    public async Task Help_teaches_by_example(params string[] arguments)
    {
        Assert.Equal(0, await RunAsync(arguments));
        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_folder_is_a_clear_message_and_exit_code_1()
    {
        await using RunningSidecar running = await RunningSidecar.StartAsync();
        Assert.Equal(1, await RunAsync("serve", "--data", running.Folder, "--listen", "127.0.0.1:0"));
        Assert.Contains("thermocline failed: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains(running.Folder, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Status_finds_the_sidecar_of_a_folder()
    {
        await using RunningSidecar running = await RunningSidecar.StartAsync();
        (await running.PutAsync("/v1/kv/c/k", [1])).Dispose();
        Assert.Equal(0, await RunAsync("status", "--data", running.Folder));
        Assert.Contains("1 keys in 1 segments, durability always", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("status", "--data", running.Folder, "--output", "json"));
        Assert.Contains("\"revision\":", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_says_when_there_is_no_sidecar_or_the_wrong_token()
    {
        Assert.Equal(1, await RunAsync("status", "--data", _folder.Path));
        Assert.Contains("No sidecar runs on", _error.ToString(), StringComparison.Ordinal);
        await using RunningSidecar running = await RunningSidecar.StartAsync();
        string wrong = _folder.Combine("wrong");
        await File.WriteAllTextAsync(wrong, "wrong", TestContext.Current.CancellationToken);
        Assert.Equal(1, await RunAsync("status", "--data", running.Folder, "--token-file", wrong));
        Assert.Contains("answered 401", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandTree.RunAsync(arguments, new Surroundings(_output, _error, _environment, TimeProvider.System));
}
