using System.Diagnostics;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Xunit;

namespace Thermocline.Host.Tests.Configuration;

public sealed class ConfigurationWatchTests
{
    [Fact]
    public async Task A_changed_budget_and_policy_take_effect_at_once()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        string before = (await sidecar.StatusAsync()).GetProperty("revision").GetString()!;
        await File.WriteAllTextAsync(sidecar.ConfigFile, "budget: {limit: 128Mi}\ndurability: {policy: never}",
            TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        JsonElement status = await sidecar.StatusAsync();
        Assert.Equal(128L << 20, status.GetProperty("budget").GetProperty("limit").GetInt64());
        Assert.Equal(
            status.GetProperty("pressure").GetProperty("hotTargetBytes").GetInt64(),
            status.GetProperty("tiers").GetProperty("hot").GetProperty("limit").GetInt64());
        Assert.Equal(128L << 20, status.GetProperty("pressure").GetProperty("limitBytes").GetInt64());
        Assert.NotEqual(before, status.GetProperty("revision").GetString());
        Assert.Empty(status.GetProperty("pendingRestart").EnumerateArray());
        using HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/c/k", [1]);
        Assert.Equal("buffered", put.Header("Thermocline-Durability"));
        Assert.Contains("changed: budget.limit, durability.policy", sidecar.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_needs_a_restart_is_said_and_taken_back_when_the_file_is()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("listen: {graceSeconds: 5}");
        await File.WriteAllTextAsync(sidecar.ConfigFile, "listen: {graceSeconds: 6}", TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        Assert.Equal("listen.graceSeconds",
            Assert.Single((await sidecar.StatusAsync()).GetProperty("pendingRestart").EnumerateArray()).GetString());
        await File.WriteAllTextAsync(sidecar.ConfigFile, "listen: {graceSeconds: 5}", TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        Assert.Empty((await sidecar.StatusAsync()).GetProperty("pendingRestart").EnumerateArray());
    }

    [Fact]
    public async Task The_compression_level_changes_while_it_runs()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("compression: {level: Max}");
        Assert.Equal("Max", (await sidecar.StatusAsync()).GetProperty("compression").GetProperty("level").GetString());
        await File.WriteAllTextAsync(sidecar.ConfigFile, "compression: {level: Off}", TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        JsonElement status = await sidecar.StatusAsync();
        Assert.Equal("Off", status.GetProperty("compression").GetProperty("level").GetString());
        Assert.Empty(status.GetProperty("pendingRestart").EnumerateArray());
        Assert.Contains("changed: compression.level", sidecar.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiers: {cold: {kind: folder, path: /nowhere}}", "tiers.cold.kind,tiers.cold.path")]
    [InlineData("tiers: {cold: {halfLifeHours: 5, garbageDelayMinutes: 15}}", "tiers.cold.halfLifeHours,tiers.cold.garbageDelayMinutes")]
    [InlineData("compression: {stages: [zstd]}", "compression.stages")]
    [InlineData("compression: {quantisedCollections: [v]}", "compression.quantisedCollections")]
    public async Task The_cold_store_and_the_stages_wait_for_a_restart(string yaml, string waiting)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        await File.WriteAllTextAsync(sidecar.ConfigFile, yaml, TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        JsonElement status = await sidecar.StatusAsync();
        Assert.Equal(waiting, string.Join(',', status.GetProperty("pendingRestart").EnumerateArray().Select(each => each.GetString())));
        Assert.Contains("wait for a restart", sidecar.Log.Text, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("cold").ValueKind);
    }

    [Theory]
    [InlineData("budget: {limit: none}", "budget.limit: must be an amount")]
    [InlineData("budget: [", "is not YAML")]
    public async Task A_wrong_file_is_reported_and_the_old_one_stays_in_force(string yaml, string reported)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        await File.WriteAllTextAsync(sidecar.ConfigFile, yaml, TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        sidecar.Host.Watch.Look();
        Assert.Equal(1, sidecar.Log.Text.Split(reported).Length - 1);
        Assert.Equal(64L << 20, (await sidecar.StatusAsync()).GetProperty("budget").GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task A_missing_file_is_reported_once_and_its_return_is_noticed()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        File.Delete(sidecar.ConfigFile);
        sidecar.Host.Watch.Look();
        sidecar.Host.Watch.Look();
        Assert.Equal(1, sidecar.Log.Text.Split("cannot be read").Length - 1);
        await File.WriteAllTextAsync(sidecar.ConfigFile, "budget: {limit: 32Mi}", TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        Assert.Equal(32L << 20, (await sidecar.StatusAsync()).GetProperty("budget").GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task A_swapped_symbolic_link_is_noticed_as_a_mounted_config_map_swaps_it()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        DateTime stamp = File.GetLastWriteTimeUtc(sidecar.ConfigFile);
        string target = Path.Combine(sidecar.Folder, "new.yaml");
        await File.WriteAllTextAsync(target, "budget: {limit: 96Mi}", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(target, stamp);
        string link = Path.Combine(sidecar.Folder, "link");
        File.CreateSymbolicLink(link, target);
        File.Move(link, sidecar.ConfigFile, overwrite: true);
        sidecar.Host.Watch.Look();
        Assert.Equal(96L << 20, (await sidecar.StatusAsync()).GetProperty("budget").GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task A_mounted_config_map_that_is_updated_as_kubelet_does_it_is_noticed_and_its_revision_told()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("revision: '1'");
        Assert.Equal("1", (await sidecar.StatusAsync()).GetProperty("configuredRevision").GetString());
        // thermocline.yaml -> ..data/thermocline.yaml, ..data -> a folder of its own for each version.
        string mount = sidecar.Folder;
        WriteVersion(mount, "..v1", "revision: '1'");
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), "..v1");
        File.Delete(sidecar.ConfigFile);
        File.CreateSymbolicLink(sidecar.ConfigFile, Path.Combine("..data", "thermocline.yaml"));
        sidecar.Host.Watch.Look();
        WriteVersion(mount, "..v2", "revision: '2'\nbudget: {limit: 96Mi}");
        File.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), "..v2");
        // A rename over the link: File.Move follows it.
        using (Process swap = Process.Start("mv", ["-T", Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data")]))
            await swap.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(Path.Combine(mount, "..v1"), recursive: true);
        sidecar.Host.Watch.Look();
        JsonElement status = await sidecar.StatusAsync();
        Assert.Equal("2", status.GetProperty("configuredRevision").GetString());
        Assert.Equal(96L << 20, status.GetProperty("budget").GetProperty("limit").GetInt64());
        Assert.Empty(status.GetProperty("pendingRestart").EnumerateArray());
    }

    private static void WriteVersion(string mount, string version, string yaml)
    {
        string folder = Directory.CreateDirectory(Path.Combine(mount, version)).FullName;
        File.WriteAllText(Path.Combine(folder, "thermocline.yaml"), yaml);
    }

    [Fact]
    public async Task The_log_level_changes_while_it_runs()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("telemetry: {logLevel: error}");
        Assert.Empty(sidecar.Log.Text);
        await File.WriteAllTextAsync(sidecar.ConfigFile, "telemetry: {logLevel: information}", TestContext.Current.CancellationToken);
        sidecar.Host.Watch.Look();
        Assert.Contains("is in force", sidecar.Log.Text, StringComparison.Ordinal);
    }
}
