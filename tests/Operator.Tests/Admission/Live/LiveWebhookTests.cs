using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Api;
using Thermocline.Operator.Certificates;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Tests.Api;
using Thermocline.Operator.Tests.Cluster.Live;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Admission.Live;

/// <summary>A real API server asks, over TLS, with the certificates the keeper made.</summary>
public sealed class LiveWebhookTests(WebhookCluster cluster) : IClassFixture<WebhookCluster>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pods_of_a_deployment_come_with_the_sidecar_first_and_a_store_each()
    {
        cluster.Need();
        await using WebhookServer server = await ReadyAsync();
        await Succeed(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: agents, namespace: memory}
            spec:
              replicas: 3
              selector: {matchLabels: {app: agents}}
              template:
                metadata: {labels: {app: agents, memory: agents}}
                spec:
                  initContainers: [{name: prepare, image: "app:1"}]
                  containers: [{name: app, image: "app:1"}]
            """, "apply", "-f", "-");
        await Succeed("", "rollout", "status", "deployment/agents", "-n", WebhookCluster.Space, "--timeout=60s");
        ClusterList<AnyObject> pods = await cluster.Client.ListAsync(
            WebhookCluster.Pods, new ListScope { Namespace = WebhookCluster.Space, LabelSelector = "app=agents" }, Cancellation);
        Assert.Equal(3, pods.Items.Count);
        List<string> stores = [];
        foreach (AnyObject pod in pods.Items)
        {
            Assert.Equal(
                [Names.Container, "prepare"],
                pod.Fields!["spec"]!["initContainers"]!.AsArray().Select(static each => (string?)each!["name"]));
            Assert.Equal("agents", pod.Metadata.Labels![Names.ClusterLabel]);
            stores.Add(pod.Metadata.Annotations![Names.StoreAnnotation]);
            AssertAsWished(pod);
        }

        Assert.Equal(3, stores.Distinct().Count());
        await Succeed("", "delete", "deployment", "agents", "-n", WebhookCluster.Space, "--wait=true");
    }

    [Fact]
    public async Task With_the_webhook_away_pods_come_without_a_sidecar_and_with_it_back_they_have_one()
    {
        cluster.Need();
        await using (await ReadyAsync())
            Assert.True(WebhookCluster.HasSidecar(await cluster.PodAsync("before")));
        Assert.False(WebhookCluster.HasSidecar(await cluster.PodAsync("away")));
        await using WebhookServer back = await cluster.ServeAsync();
        Assert.True(WebhookCluster.HasSidecar(await cluster.PodAsync("back")));
        // Who is there already is not changed.
        Assert.False(WebhookCluster.HasSidecar((await cluster.Client.GetAsync(WebhookCluster.Pods, new EntityKey(WebhookCluster.Space, "away"), Cancellation))!));
    }

    [Fact]
    public async Task With_an_expired_certificate_pods_come_bare_until_the_keeper_renews_it()
    {
        cluster.Need();
        await cluster.ForgetAsync();
        await cluster.ConfigureAsync();
        CertificateKeeper past = cluster.Keeper(TimeSpan.FromDays(-100));
        Assert.Equal(CertificateStep.MakeAll, await past.KeepAsync(Cancellation));
        // A certificate of the same authority that has not expired shows that only the time is wrong.
        AnyObject secret = (await cluster.Client.GetAsync(
            Resources.Whole(Resources.Secrets), new EntityKey(WebhookCluster.OperatorSpace, WebhookCluster.Options.Secret), Cancellation))!;
        CertificateFiles fresh = CertificateMaker.Make(
            CertificateStep.RenewServing, CertificateSecret.Read(secret), WebhookCluster.Options, TimeProvider.System.GetUtcNow());
        cluster.Certificate = Operator.Cluster.Connection.Certificates.Own(fresh.Serving, fresh.ServingKey);
        await using (await cluster.ServeAsync())
            await cluster.AssertInjectedSoonAsync();
        cluster.Certificate = past.Current;
        await using WebhookServer server = await cluster.ServeAsync();
        Assert.False(WebhookCluster.HasSidecar(await cluster.PodAsync("expired")));
        List<ClusterEvent> told = [];
        CertificateKeeper now = cluster.Keeper(told: told);
        Assert.Equal(CertificateStep.RenewServing, await now.KeepAsync(Cancellation));
        cluster.Certificate = now.Current;
        Assert.True(WebhookCluster.HasSidecar(await cluster.PodAsync("renewed")));
        Assert.Equal("CertificateReplaced", Assert.Single(told).Reason);
        string events = await Succeed("", "get", "events", "-n", WebhookCluster.OperatorSpace, "-o", "jsonpath={.items[*].reason}");
        Assert.Contains("CertificateReplaced", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_authority_takes_over_while_pods_are_created()
    {
        cluster.Need();
        await cluster.ForgetAsync();
        await cluster.ConfigureAsync();
        CertificateKeeper past = cluster.Keeper(TimeSpan.FromDays(-2_500));
        await past.KeepAsync(Cancellation);
        CertificateKeeper now = cluster.Keeper();
        Assert.Equal(CertificateStep.RenewAuthority, await now.KeepAsync(Cancellation));
        Assert.Equal(2, (await BundleAsync()).Split("BEGIN CERTIFICATE").Length - 1);
        cluster.Certificate = now.Current;
        await using WebhookServer server = await cluster.ServeAsync();
        await cluster.AssertInjectedSoonAsync();
    }

    [Fact]
    public async Task A_keeper_that_could_not_reach_the_cluster_looks_again()
    {
        cluster.Need();
        await cluster.ForgetAsync();
        using var door = new Door();
        door.Shut();
        var time = new SteppedTime();
        CertificateKeeper keeper = cluster.Keeper(door, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task running = keeper.RunAsync(stop.Token);
        await door.Knocked;
        Assert.Null(keeper.Current);
        door.Open();
        while (keeper.Current is null && !running.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.NotNull(keeper.Current);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await cluster.ForgetAsync();
    }

    [Fact]
    public async Task Of_two_operators_the_first_makes_the_certificate_and_both_serve_it()
    {
        cluster.Need();
        await cluster.ForgetAsync();
        CertificateKeeper one = cluster.Keeper();
        CertificateKeeper other = cluster.Keeper();
        await Task.WhenAll(one.KeepAsync(Cancellation), other.KeepAsync(Cancellation));
        Assert.Equal(one.Current!.TargetCertificate.Thumbprint, other.Current!.TargetCertificate.Thumbprint);
        Assert.Equal(CertificateStep.Keep, await one.KeepAsync(Cancellation));
    }

    [Fact]
    public async Task A_damaged_secret_is_made_anew_with_an_event()
    {
        cluster.Need();
        CertificateKeeper keeper = cluster.Keeper();
        await keeper.KeepAsync(Cancellation);
        await Succeed(
            "", "patch", "secret", WebhookCluster.Options.Secret, "-n", WebhookCluster.OperatorSpace, "--type=merge",
            "-p", """{"data": {"ca.crt": "Zm9yZWlnbg==", "tls.crt": null}}""");
        List<ClusterEvent> told = [];
        CertificateKeeper again = cluster.Keeper(told: told);
        Assert.Equal(CertificateStep.MakeAll, await again.KeepAsync(Cancellation));
        Assert.True(Assert.Single(told).IsWarning);
        Assert.Equal(CertificateStep.Keep, await keeper.KeepAsync(Cancellation));
        Assert.Equal(again.Current!.TargetCertificate.Thumbprint, keeper.Current!.TargetCertificate.Thumbprint);
    }

    [Fact]
    public async Task A_bundle_that_somebody_overwrote_is_true_again_and_nothing_else_is_touched()
    {
        cluster.Need();
        await cluster.ConfigureAsync();
        CertificateKeeper keeper = cluster.Keeper();
        await keeper.KeepAsync(Cancellation);
        string good = await BundleAsync();
        JsonObject before = await MutatingAsync();
        await Succeed(
            "", "patch", "mutatingwebhookconfiguration", WebhookObjects.Name, "--type=json",
            "-p", """[{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]""");
        Assert.Equal("", await BundleAsync());
        await keeper.KeepAsync(Cancellation);
        Assert.Equal(good, await BundleAsync());
        Assert.True(JsonNode.DeepEquals(before, await MutatingAsync()));
        string version = await VersionAsync();
        await keeper.KeepAsync(Cancellation);
        Assert.Equal(version, await VersionAsync());
    }

    [Fact]
    public async Task A_pod_that_another_webhook_changes_afterwards_is_asked_about_again()
    {
        cluster.Need();
        // Called after ours by its name: it puts a container before the sidecar, which only a second question can set right.
        await using WebhookServer server = await ReadyAsync();
        await using ContainerPrepender changer = await ContainerPrepender.StartAsync(WebhookCluster.Options, Cancellation);
        await cluster.ApplyAsync(
            Resources.Services, WebhookCluster.OperatorSpace, ContainerPrepender.Service,
            $$$"""{"metadata": {"annotations": {"testcluster/address": "{{{changer.Address}}}"}}, "spec": {"ports": [{"port": 443}]} }""");
        JsonObject hook = WebhookObjects.Mutating(
            new WebhookPlace(WebhookCluster.OperatorSpace, ContainerPrepender.Service, changer.Authority));
        hook["metadata"]!["name"] = "zz-prepends";
        JsonNode pods = hook["webhooks"]![0]!.DeepClone();
        pods["name"] = "prepends.example.test";
        pods["reinvocationPolicy"] = "Never";
        hook["webhooks"] = new JsonArray(pods);
        await Succeed(hook.ToJsonString(), "apply", "-f", "-");
        try
        {
            for (int round = 0; round < 500 && changer.Asked == 0; round++)
                await cluster.PodAsync("tried", dryRun: true);
            AnyObject pod = await cluster.PodAsync("changed");
            Assert.Equal(
                [Names.Container, "prepended"],
                pod.Fields!["spec"]!["initContainers"]!.AsArray().Select(static each => (string?)each!["name"]));
            AssertAsWished(pod);
        }
        finally
        {
            await Succeed("", "delete", "mutatingwebhookconfiguration", "zz-prepends");
        }
    }

    [Theory]
    [InlineData("\"hostNetwork\": true,")]
    [InlineData("\"volumes\": [{\"name\": \"thermocline-data\", \"emptyDir\": {}}],")]
    [InlineData("\"initContainers\": [{\"name\": \"thermocline\", \"image\": \"mine:1\"}],")]
    public async Task A_pod_that_cannot_have_a_sidecar_is_created_as_it_is(string more)
    {
        cluster.Need();
        await using WebhookServer server = await ReadyAsync();
        AnyObject pod = await cluster.PodAsync("refused", more, dryRun: true);
        Assert.DoesNotContain(Names.InjectionAnnotation, pod.Metadata.Annotations!.Keys);
        string yaml = $"{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"refused\", \"namespace\": \"memory\", "
            + $"\"labels\": {{\"memory\": \"agents\"}}}}, \"spec\": {{{more} \"containers\": [{{\"name\": \"app\", \"image\": \"app:1\"}}]}}}}";
        KubectlAnswer answer = await cluster.Server.KubectlAsync(["create", "--dry-run=server", "-f", "-"], yaml, Cancellation);
        Assert.True(answer.Code == 0, answer.ToString());
        Assert.Contains("the pod gets no sidecar of the MemoryCluster agents", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_clusters_are_refused_by_the_webhook_alone_with_every_mistake()
    {
        cluster.Need();
        await using WebhookServer server = await ReadyAsync();
        // A definition without rules: what refuses here is the webhook.
        await Succeed(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: memoryclusters.thermocline.dev}
            spec:
              group: thermocline.dev
              scope: Namespaced
              names: {kind: MemoryCluster, plural: memoryclusters, singular: memorycluster}
              versions:
              - name: v1alpha1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """, "apply", "-f", "-");
        await Succeed("", "wait", "--for=condition=Established", "--timeout=30s", "crd/memoryclusters.thermocline.dev");
        int refused = 0;
        foreach (string name in ClusterFile.Names("invalid"))
        {
            ClusterFile file = ClusterFile.Read("invalid", name);
            ClusterException refusal = await Assert.ThrowsAsync<ClusterException>(() => WriteAsync(YamlJson.Of(file.Text).AsObject()));
            string[] paths = file.Unreadable is { } path ? [path] : [.. file.Refused.Select(static each => each.Path)];
            Assert.Equal(paths.Order(), refusal.Causes.Select(static cause => cause.Field ?? "").Order());
            refused++;
        }

        Assert.True(refused >= 30);
        foreach (string name in ClusterFile.Names("valid"))
            await WriteAsync(YamlJson.Of(ClusterFile.Read("valid", name).Text).AsObject());
        Assert.True(cluster.Webhook.Counts.Of(WebhookObjects.ValidatePath, ReviewOutcome.Denied) >= 30);
    }

    private async Task<WebhookServer> ReadyAsync()
    {
        await cluster.ConfigureAsync();
        CertificateKeeper keeper = cluster.Keeper();
        await keeper.KeepAsync(Cancellation);
        cluster.Certificate = keeper.Current;
        WebhookServer server = await cluster.ServeAsync();
        await cluster.AssertInjectedSoonAsync();
        return server;
    }

    // With every default that the API server filled in.
    private void AssertAsWished(AnyObject pod)
    {
        JsonObject whole = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(pod, ClusterJson.Default.AnyObject))!.AsObject();
        InjectionWish wish = InjectionWish.Of(
            cluster.Clusters[0], pod.Metadata.Annotations![Names.StoreAnnotation], WebhookCluster.Settings.Image);
        InjectionAnswer answer = Injection.Of(whole, wish);
        Assert.Null(answer.Refusal);
        Assert.True(answer.Patch.Count == 0, answer.Patch.ToJsonString());
    }

    private Task<AnyObject> WriteAsync(JsonObject file)
    {
        string name = (string)file["metadata"]!["name"]!;
        return cluster.Client.ApplyAsync(
            Resources.Whole(Resources.MemoryClusters), new EntityKey(WebhookCluster.Space, name), file,
            ApplyOptions.Forced with { DryRun = true }, Cancellation);
    }

    private async Task<JsonObject> MutatingAsync() => (await cluster.Client.GetAsync(
        Resources.Whole(Resources.MutatingWebhooks), new EntityKey("", WebhookObjects.Name), Cancellation))!.Fields!;

    private async Task<string> VersionAsync() => (await cluster.Client.GetAsync(
        Resources.Whole(Resources.MutatingWebhooks), new EntityKey("", WebhookObjects.Name), Cancellation))!.Metadata.ResourceVersion!;

    private async Task<string> BundleAsync() =>
        (string?)(await MutatingAsync())["webhooks"]![0]!["clientConfig"]!["caBundle"] is { } encoded
            ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded))
            : "";

    private async Task<string> Succeed(string input, params string[] arguments)
    {
        KubectlAnswer answer = await cluster.Server.KubectlAsync(arguments, input, Cancellation);
        Assert.True(answer.Code == 0, $"kubectl {string.Join(' ', arguments)}: {answer}");
        return answer.Output;
    }
}
