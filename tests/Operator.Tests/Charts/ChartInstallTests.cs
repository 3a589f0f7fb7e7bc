using Thermocline.Testing.Cluster;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.Operator.Tests.Charts;

public sealed class ChartInstallTests
{
    private const string Bundle = "jsonpath={.webhooks[0].clientConfig.caBundle}";

    private static string Webhook(InstalledChart chart) => $"thermocline-webhook-{chart.Namespace}-{InstalledChart.Release}";

    [Fact]
    public async Task It_is_installed_upgraded_and_taken_away_and_the_definition_stays_with_its_clusters()
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync();
        await chart.KubectlAsync("wait", "--for=condition=Established", "--timeout=30s", "crd/memoryclusters.thermocline.dev");
        Assert.Equal("2", await chart.KubectlAsync("-n", chart.Namespace, "get", "deployment", "thermocline", "-o", "jsonpath={.spec.replicas}"));

        // What the operator writes into its webhooks survives an upgrade that changes them.
        string webhook = Webhook(chart);
        foreach (string kind in (string[])["mutatingwebhookconfiguration", "validatingwebhookconfiguration"])
        {
            await chart.KubectlAsync("patch", kind, webhook, "--type=json",
                "-p", """[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"Y2EgYnVuZGxl"}]""");
        }

        await chart.UpgradeAsync("--set", "webhook.timeoutSeconds=7", "--set", "replicas=3");
        Assert.Equal("3", await chart.KubectlAsync("-n", chart.Namespace, "get", "deployment", "thermocline", "-o", "jsonpath={.spec.replicas}"));
        foreach (string kind in (string[])["mutatingwebhookconfiguration", "validatingwebhookconfiguration"])
        {
            Assert.Equal("7", await chart.KubectlAsync("get", kind, webhook, "-o", "jsonpath={.webhooks[0].timeoutSeconds}"));
            Assert.Equal("Y2EgYnVuZGxl", await chart.KubectlAsync("get", kind, webhook, "-o", Bundle));
        }

        Assert.Equal(0, (await chart.Server.KubectlAsync(
            ["-n", "team-a", "apply", "-f", "-"],
            """{"apiVersion":"thermocline.dev/v1alpha1","kind":"MemoryCluster","metadata":{"name":"m"},"spec":{"selector":{"matchLabels":{"a":"b"}}}}""",
            TestContext.Current.CancellationToken)).Code);
        KubectlAnswer gone = await chart.HelmAsync("uninstall", InstalledChart.Release, "--namespace", chart.Namespace);
        Assert.True(gone.Code == 0, gone.ToString());
        Assert.Equal("m", await chart.KubectlAsync("-n", "team-a", "get", "memoryclusters", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.DoesNotContain("thermocline", await chart.KubectlAsync("get", "clusterroles,mutatingwebhookconfigurations", "-o", "name"), StringComparison.Ordinal);
        KubectlAnswer again = await chart.HelmAsync("install", InstalledChart.Release, Chart.Folder, "--namespace", chart.Namespace);
        Assert.True(again.Code == 0, again.ToString());
    }

    [Fact]
    public async Task The_plain_manifests_are_taken_by_kubectl()
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync("--set", "crds.install=false");
        await chart.HelmAsync("uninstall", InstalledChart.Release, "--namespace", chart.Namespace);
        string[] apply = ["apply", "--server-side", "-f", "-"];
        KubectlAnswer first = await chart.Server.KubectlAsync(apply, Chart.File("charts/thermocline.yaml"), TestContext.Current.CancellationToken);
        Assert.True(first.Code == 0, first.ToString());
        KubectlAnswer second = await chart.Server.KubectlAsync(apply, Chart.File("charts/thermocline.yaml"), TestContext.Current.CancellationToken);
        Assert.True(second.Code == 0, second.ToString());
    }

    [Fact]
    public async Task A_release_for_all_namespaces_may_do_what_it_needs_and_nothing_else()
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync();
        foreach ((string verb, string group, string resource) in Rights.InNamespaces)
            Assert.True(await chart.MayAsync(verb, group, resource, "team-a"), $"{verb} {resource} in team-a");
        foreach ((string verb, string group, string resource) in Rights.OfLists)
            Assert.True(await chart.MayAsync(verb, group, resource), $"{verb} {resource} everywhere");
        foreach ((string verb, string group, string resource, string name) in Rights.OfOwn(Webhook(chart)))
            Assert.True(await chart.MayAsync(verb, group, resource, PlaceOf(chart, group), name), $"{verb} {resource} {name}");
        foreach ((string verb, string group, string resource) in Rights.Refused)
            Assert.False(await chart.MayAsync(verb, group, resource, "team-a"), $"{verb} {resource} in team-a");
        foreach ((string verb, string group, string resource) in Rights.RefusedOfCluster)
            Assert.False(await chart.MayAsync(verb, group, resource), $"{verb} {resource} of the cluster");
        Assert.False(await chart.MayAsync("patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations", null, "dapr-sidecar-injector"));
        Assert.False(await chart.MayAsync("patch", "", "secrets", chart.Namespace, "another"));
        Assert.False(await chart.MayAsync("patch", "coordination.k8s.io", "leases", chart.Namespace, "another"));
        Assert.False(await chart.MayAsync("create", "coordination.k8s.io", "leases", "team-a"));
    }

    [Fact]
    public async Task A_release_for_one_namespace_may_do_nothing_in_another()
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync("--set", "namespaces={team-a}");
        foreach ((string verb, string group, string resource) in Rights.InNamespaces)
        {
            Assert.True(await chart.MayAsync(verb, group, resource, "team-a"), $"{verb} {resource} in team-a");
            Assert.False(await chart.MayAsync(verb, group, resource, "team-b"), $"{verb} {resource} in team-b");
        }

        foreach ((string verb, string group, string resource) in Rights.OfLists)
            Assert.False(await chart.MayAsync(verb, group, resource), $"{verb} {resource} everywhere");
        foreach ((string verb, string group, string resource, string name) in Rights.OfOwn(Webhook(chart)))
            Assert.True(await chart.MayAsync(verb, group, resource, PlaceOf(chart, group), name), $"{verb} {resource} {name}");
        foreach ((string verb, string group, string resource) in Rights.Refused)
            Assert.False(await chart.MayAsync(verb, group, resource, "team-a"), $"{verb} {resource} in team-a");
    }

    [Fact]
    public async Task The_identity_of_a_release_works_and_is_refused_what_it_has_no_right_to()
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync("--set", "namespaces={team-a}");
        string kubeconfig = await chart.OperatorKubeconfigAsync();
        string[] get = ["--kubeconfig", kubeconfig, "get", "memoryclusters", "-n"];
        KubectlAnswer here = await Kubectl.RunAsync([.. get, "team-a"], "", TestContext.Current.CancellationToken);
        Assert.True(here.Code == 0, here.ToString());
        KubectlAnswer there = await Kubectl.RunAsync([.. get, "team-b"], "", TestContext.Current.CancellationToken);
        Assert.Contains("forbidden", there.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("team-a")]
    public async Task The_operator_leads_with_the_rights_it_is_shipped_with_and_is_refused_nothing(string @namespace)
    {
        await using InstalledChart chart = await InstalledChart.InstallAsync(@namespace == "all" ? [] : ["--set", $"namespaces={{{@namespace}}}"]);
        await using OperatorProcess process = OperatorProcess.Start(
            OperatorProcess.Built, "run", "--kubeconfig", await chart.OperatorKubeconfigAsync(), "--namespace", @namespace, "--operator-namespace", chart.Namespace,
            "--lease-name", InstalledChart.Release, "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--webhook-address", "");
        string metrics;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        do
        {
            Assert.False(limit.IsCancellationRequested, process.Log);
            metrics = await process.GetAsync("metrics", "/metrics", limit.Token);
        }
        while (!metrics.Contains("leader_election_master_status{name=\"thermocline\"} 1\n", StringComparison.Ordinal));
        Assert.Equal(0, await process.StopAsync());
        Assert.DoesNotContain("code=\"403\"", metrics, StringComparison.Ordinal);
        Assert.Equal("", await chart.KubectlAsync("-n", chart.Namespace, "get", "lease", "thermocline", "-o", "jsonpath={.spec.holderIdentity}"));
    }

    private static string? PlaceOf(InstalledChart chart, string group) => group == "admissionregistration.k8s.io" ? null : chart.Namespace;
}
