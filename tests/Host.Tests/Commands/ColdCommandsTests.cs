using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Commands;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.State;
using Xunit;

namespace Thermocline.Host.Tests.Commands;

public sealed class ColdCommandsTests : IDisposable
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

    private string Cold => _folder.Combine("cold");

    private string Data => _folder.Combine("data");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wiped_folder_is_restored_and_served(bool whole)
    {
        string memory;
        using (var cold = new FolderColdStore(Cold, TimeProvider.System))
            memory = await SunkenStore.MakeAsync(Data, cold);
        Directory.Delete(Data, recursive: true);
        UseFolder();
        string[] more = whole ? ["--whole"] : [];
        Assert.True(await RunAsync(["restore", "--data", Data, "--output", "json", .. more]) == 0, _error.ToString());
        JsonElement report = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.True(report.GetProperty("records").GetInt64() >= SunkenStore.Records);
        Assert.Equal(whole, report.GetProperty("whole").GetBoolean());
        Assert.True(report.GetProperty("predecessorFenced").GetBoolean());
        // Once it is a store, it may have records that the bucket does not have.
        Assert.Equal(1, await RunAsync(["restore", "--data", Data, .. more]));
        Assert.Contains("holds a store already", _error.ToString(), StringComparison.Ordinal);

        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(
            $"tiers: {{cold: {{kind: folder, path: {Cold}, shipIntervalSeconds: 3600}}}}", Data);
        Assert.Equal("here", await TextAsync(sidecar, SunkenStore.LocalPath));
        for (int i = 0; i < SunkenStore.Records; i += 97)
            Assert.Equal(SunkenStore.ValueOf(i), await TextAsync(sidecar, SunkenStore.PathOf(i)));
        Assert.Contains(SunkenStore.Text, await TextAsync(sidecar, "/v1/memories/" + memory), StringComparison.Ordinal);
        long fetches = (await sidecar.StatusAsync()).GetProperty("cold").GetProperty("fetches").GetInt64();
        Assert.Equal(whole, fetches == 0);
        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("status", "--data", Data));
        foreach (string word in new[] { "Compression Balanced", "ratio", $"Cold store {Cold}", "recovery point", "circuit         closed", "REQUEST" })
            Assert.Contains(word, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restoring_needs_a_cold_store_that_holds_one()
    {
        Assert.Equal(2, await RunAsync("restore", "--data", Data));
        Assert.Contains("tiers.cold.kind is none", _error.ToString(), StringComparison.Ordinal);
        UseFolder();
        Assert.Equal(1, await RunAsync("restore", "--data", Data));
        Assert.Contains("holds no store", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_a_sidecar_holds_is_not_restored_into()
    {
        UseFolder();
        await using RunningSidecar running = await RunningSidecar.StartAsync();
        Assert.Equal(1, await RunAsync("restore", "--data", running.Folder));
        Assert.Contains("Stop the process that holds the folder", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_tries_everything_and_leaves_nothing_behind()
    {
        UseFolder();
        Assert.Equal(0, await RunAsync("cold", "probe", "--output", "json"));
        JsonElement report = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.Equal(9, report.GetProperty("steps").GetArrayLength());
        Assert.Contains("honoured", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("holds none yet", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Cold, "*", SearchOption.AllDirectories), file => file.Contains("probe", StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync("cold", "probe"));
        Assert.Contains("Everything the engine needs works.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_explains_a_missing_secret_and_a_service_that_is_away_without_telling_secrets()
    {
        string key = _folder.Combine("key");
        await File.WriteAllTextAsync(key, "AKIASECRETKEYNAME", TestContext.Current.CancellationToken);
        UseS3(key, _folder.Combine("absent"));
        Assert.Equal(1, await RunAsync("cold", "probe"));
        Assert.Contains("a credentials file cannot be read", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("absent", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("on S3 this needs the action s3:PutObject", _output.ToString(), StringComparison.Ordinal);
        UseS3(key, key);
        Assert.Equal(1, await RunAsync("cold", "probe"));
        Assert.Contains("look at tiers.cold.endpoint", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("AKIASECRETKEYNAME", _output.ToString() + _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_explains_a_secret_of_Dapr_that_has_no_keys_and_tells_nothing_of_it()
    {
        using var dapr = new SecretStandIn { Answer = (200, """{"accessKey":"AKIAOURS","secretkey":"hush-hush"}""") };
        _environment["THERMOCLINE__TIERS__COLD__KIND"] = "s3";
        _environment["THERMOCLINE__TIERS__COLD__BUCKET"] = "b";
        _environment["THERMOCLINE__TIERS__COLD__ENDPOINT"] = "http://127.0.0.1:1";
        _environment["THERMOCLINE__TIERS__COLD__SECRETSTORE"] = "vault";
        _environment["THERMOCLINE__TIERS__COLD__SECRET"] = "bucket-keys";
        _environment["THERMOCLINE__DAPR__ENDPOINT"] = dapr.Address.AbsoluteUri;
        Assert.Equal(1, await RunAsync("cold", "probe"));
        Assert.Contains("the secret bucket-keys of Dapr's secret store vault lacks the field secretKey", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("look at the keys", _output.ToString(), StringComparison.Ordinal);
        dapr.Answer = null;
        Assert.Equal(1, await RunAsync("cold", "probe"));
        Assert.Contains("dapr.endpoint where Dapr is asked", _output.ToString(), StringComparison.Ordinal);
        foreach (string secret in (string[])["hush-hush", "AKIAOURS"])
            Assert.DoesNotContain(secret, _output.ToString() + _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_of_a_state_store_of_Dapr_passes_or_says_what_is_wrong_without_the_token()
    {
        using var dapr = new StateStandIn { Token = "the-right-token" };
        string token = _folder.Combine("token");
        await File.WriteAllTextAsync(token, "the-wrong-token", TestContext.Current.CancellationToken);
        UseDapr(dapr, token);
        Assert.Equal(1, await RunAsync("cold", "probe"));
        Assert.Contains("check the API token", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the-wrong-token", _output.ToString() + _error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(token, "the-right-token", TestContext.Current.CancellationToken);
        Assert.Equal(0, await RunAsync("cold", "probe"));
        Assert.Contains("Everything the engine needs works.", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(dapr.Keys, key => key.Contains("probe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wiped_folder_comes_back_from_a_state_store_of_Dapr()
    {
        using var dapr = new StateStandIn();
        using (var cold = new DaprStateCold(dapr.Options, TimeProvider.System))
            await SunkenStore.MakeAsync(Data, cold);
        Directory.Delete(Data, recursive: true);
        UseDapr(dapr, "");
        Assert.True(await RunAsync("restore", "--data", Data) == 0, _error.ToString());
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(
            $"tiers: {{cold: {{kind: dapr, stateStore: {dapr.Options.StateStore}, prefix: {dapr.Options.Prefix}, "
            + $"shipIntervalSeconds: 3600}}}}\ndapr: {{endpoint: '{dapr.Address}'}}", Data);
        Assert.Equal("here", await TextAsync(sidecar, SunkenStore.LocalPath));
        for (int i = 0; i < SunkenStore.Records; i += 97)
            Assert.Equal(SunkenStore.ValueOf(i), await TextAsync(sidecar, SunkenStore.PathOf(i)));
        Assert.True((await sidecar.StatusAsync()).GetProperty("cold").GetProperty("fetches").GetInt64() > 0);
    }

    [Fact]
    public async Task A_probe_needs_a_cold_store() => Assert.Equal(2, await RunAsync("cold", "probe"));

    [Theory]
    [InlineData("restore", "--help")]
    [InlineData("cold", "--help")]
    [InlineData("cold", "probe", "--help")]
    [InlineData("optimize", "--help")]
    public async Task Help_teaches_by_example(params string[] arguments)
    {
        Assert.Equal(0, await RunAsync(arguments));
        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
    }

    private void UseFolder()
    {
        _environment["THERMOCLINE__TIERS__COLD__KIND"] = "folder";
        _environment["THERMOCLINE__TIERS__COLD__PATH"] = Cold;
    }

    private void UseDapr(StateStandIn dapr, string tokenFile)
    {
        _environment["THERMOCLINE__TIERS__COLD__KIND"] = "dapr";
        _environment["THERMOCLINE__TIERS__COLD__STATESTORE"] = dapr.Options.StateStore;
        _environment["THERMOCLINE__DAPR__ENDPOINT"] = dapr.Address.AbsoluteUri;
        _environment["THERMOCLINE__TIERS__COLD__PREFIX"] = dapr.Options.Prefix;
        if (tokenFile.Length > 0)
            _environment["THERMOCLINE__DAPR__APITOKENFILE"] = tokenFile;
    }

    private void UseS3(string accessKeyFile, string secretKeyFile)
    {
        _environment["THERMOCLINE__TIERS__COLD__KIND"] = "s3";
        _environment["THERMOCLINE__TIERS__COLD__BUCKET"] = "b";
        _environment["THERMOCLINE__TIERS__COLD__ENDPOINT"] = "http://127.0.0.1:1";
        _environment["THERMOCLINE__TIERS__COLD__ACCESSKEYFILE"] = accessKeyFile;
        _environment["THERMOCLINE__TIERS__COLD__SECRETKEYFILE"] = secretKeyFile;
    }

    private static Task<string> TextAsync(RunningSidecar sidecar, string path) =>
        sidecar.Client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    private Task<int> RunAsync(params string[] arguments) =>
        CommandTree.RunAsync(arguments, new Surroundings(_output, _error, _environment, TimeProvider.System));
}
