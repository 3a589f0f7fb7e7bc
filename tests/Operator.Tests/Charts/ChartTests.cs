using System.Text.Json.Nodes;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Charts;

public sealed class ChartTests
{
    private const string Home = "thermocline-system";

    private static readonly string[] Everything =
    [
        "--set", "namespaces={team-a,team-b}", "--set", "image.tag=1.2.3", "--set", "image.pullSecrets={pull}", "--set", "replicas=3",
        "--set", "sidecarImage.tag=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "--set", "log.format=text",
        "--set", "webhook.timeoutSeconds=9", "--set", "metrics.enabled=false", "--set", "listenHost=[::]", "--set", "crds.install=false",
        "--set", "serviceAccount.name=someone", "--set-string", "serviceAccount.annotations.a=b", "--set", "podDisruptionBudget.maxUnavailable=50%",
        "--set-string", "podAnnotations.x=y", "--set-string", "podLabels.x=y", "--set-string", "nodeSelector.x=y",
        "--set", "tolerations[0].key=a", "--set", "priorityClassName=high", "--set", "affinity.nodeAffinity.a=b",
    ];

    [Fact]
    public async Task The_chart_is_one_helm_has_nothing_against()
    {
        KubectlAnswer lint = await Chart.HelmAsync(null, "lint", "--strict", Chart.Folder);
        Assert.True(lint.Code == 0, lint.ToString());
        KubectlAnswer namespaced = await Chart.HelmAsync(null, ["lint", "--strict", Chart.Folder, .. Everything]);
        Assert.True(namespaced.Code == 0, namespaced.ToString());
    }

    [Fact]
    public async Task The_rendered_manifests_are_not_stale()
    {
        KubectlAnswer answer = await Chart.TryRenderAsync("thermocline", Home);
        string rendered = answer.Output.Replace("app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kubectl", StringComparison.Ordinal);
        Assert.True(Chart.File("charts/thermocline.yaml").EndsWith(rendered, StringComparison.Ordinal), "Run: charts/render");
    }

    [Fact]
    public async Task By_default_it_looks_after_all_namespaces_and_fails_open()
    {
        IReadOnlyList<JsonObject> objects = await Chart.RenderAsync("thermocline", Home);
        Assert.Equal(
            [
                "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Deployment", "MutatingWebhookConfiguration", "NetworkPolicy",
                "PodDisruptionBudget", "Role", "RoleBinding", "Service", "ServiceAccount", "ValidatingWebhookConfiguration",
            ],
            objects.Select(each => (string)each["kind"]!).Order(StringComparer.Ordinal));
        string[] arguments = ArgumentsOf(objects);
        Assert.Contains("--namespace=all", arguments);
        Assert.Contains("--image=thermocline/sidecar:0.1.0", arguments);
        foreach (string kind in (string[])["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
        {
            JsonObject configuration = objects.One(kind);
            Assert.StartsWith("thermocline-", Chart.NameOf(configuration), StringComparison.Ordinal);
            Assert.Contains($"--webhook-configuration={Chart.NameOf(configuration)}", arguments);
            foreach (JsonNode? webhook in configuration["webhooks"]!.AsArray())
            {
                Assert.Equal("Ignore", (string?)webhook!["failurePolicy"]);
                Assert.Null(webhook["clientConfig"]!["caBundle"]);
                Assert.Contains(Home, ExcludedBy(webhook));
                Assert.Contains("kube-system", ExcludedBy(webhook));
            }
        }

        Assert.Equal("keep", (string?)objects.One("CustomResourceDefinition")["metadata"]!["annotations"]!["helm.sh/resource-policy"]);
    }

    [Fact]
    public async Task The_pods_pass_the_restricted_standard()
    {
        JsonObject pod = (await Chart.RenderAsync("thermocline", Home)).One("Deployment")["spec"]!["template"]!.AsObject();
        JsonNode spec = pod["spec"]!;
        Assert.True((bool)spec["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string?)spec["securityContext"]!["seccompProfile"]!["type"]);
        JsonNode container = Assert.Single(spec["containers"]!.AsArray())!;
        Assert.False((bool)container["securityContext"]!["allowPrivilegeEscalation"]!);
        Assert.Equal("ALL", (string?)container["securityContext"]!["capabilities"]!["drop"]![0]);
        Assert.True((bool)container["securityContext"]!["readOnlyRootFilesystem"]!);
        Assert.Equal("false", (string?)pod["metadata"]!["labels"]![Operator.Api.Names.AttachAnnotation]);
        Assert.NotNull(container["resources"]!["limits"]!["memory"]);
        foreach (string probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
            Assert.Equal("health", (string?)container[probe]!["httpGet"]!["port"]);
    }

    [Fact]
    public async Task In_named_namespaces_it_has_a_role_in_each_and_no_right_to_read_elsewhere()
    {
        IReadOnlyList<JsonObject> objects = await Chart.RenderAsync("mine", Home, "--set", "namespaces={team-a,team-b}");
        Assert.Equal(
            ["team-a", "team-b", Home],
            objects.Where(each => (string?)each["kind"] == "Role").Select(each => (string)each["metadata"]!["namespace"]!));
        JsonArray rules = objects.One("ClusterRole")["rules"]!.AsArray();
        Assert.All(rules, rule => Assert.NotNull(rule!["resourceNames"]));
        Assert.Contains("--namespace=team-a", ArgumentsOf(objects));
        Assert.DoesNotContain("--namespace=all", ArgumentsOf(objects));
        JsonNode webhook = objects.One("MutatingWebhookConfiguration")["webhooks"]![0]!;
        JsonNode only = webhook["namespaceSelector"]!["matchExpressions"]![2]!;
        Assert.Equal(("In", "team-a"), ((string?)only["operator"], (string?)only["values"]![0]));
    }

    [Fact]
    public async Task An_operator_that_looks_after_its_own_namespace_does_not_exclude_it()
    {
        IReadOnlyList<JsonObject> objects = await Chart.RenderAsync("thermocline", "team-a", "--set", "namespaces={team-a}");
        Assert.DoesNotContain("team-a", ExcludedBy(objects.One("MutatingWebhookConfiguration")["webhooks"]![0]!));
    }

    [Fact]
    public async Task Every_value_can_be_given()
    {
        IReadOnlyList<JsonObject> objects = await Chart.RenderAsync("thermocline", Home, Everything);
        JsonNode spec = objects.One("Deployment")["spec"]!["template"]!["spec"]!;
        Assert.Equal("someone", (string?)spec["serviceAccountName"]);
        Assert.Equal("thermocline/operator:1.2.3", (string?)spec["containers"]![0]!["image"]);
        Assert.Equal(("high", "pull"), ((string?)spec["priorityClassName"], (string?)spec["imagePullSecrets"]![0]!["name"]));
        string[] arguments = ArgumentsOf(objects);
        Assert.Contains("--metrics-address=", arguments);
        Assert.Contains("--health-address=[::]:8081", arguments);
        Assert.Contains(arguments, each => each.StartsWith("--image=thermocline/sidecar@sha256:", StringComparison.Ordinal));
        Assert.DoesNotContain(objects, each => (string?)each["kind"] == "CustomResourceDefinition");
        Assert.Equal("50%", (string?)objects.One("PodDisruptionBudget")["spec"]!["maxUnavailable"]);
    }

    [Fact]
    public async Task What_is_switched_off_is_not_there()
    {
        IReadOnlyList<JsonObject> objects = await Chart.RenderAsync(
            "thermocline", Home, "--set", "webhook.enabled=false", "--set", "namespaces={a}", "--set", "networkPolicy.enabled=false",
            "--set", "replicas=1", "--set", "serviceAccount.create=false", "--set", "serviceAccount.name=there");
        Assert.Equal(
            ["CustomResourceDefinition", "Deployment", "Role", "Role", "RoleBinding", "RoleBinding"],
            objects.Select(each => (string)each["kind"]!).Order(StringComparer.Ordinal));
        Assert.Contains("--webhook-address=", ArgumentsOf(objects));
        IReadOnlyList<JsonObject> bare = await Chart.RenderAsync("thermocline", Home, "--set", "rbac.create=false");
        Assert.DoesNotContain(bare, each => ((string?)each["kind"])!.Contains("Role", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_arguments_are_ones_the_operator_takes()
    {
        foreach (string[] more in (string[][])[[], Everything, ["--set", "webhook.enabled=false"]])
        {
            string[] arguments = ArgumentsOf(await Chart.RenderAsync("thermocline", Home, more));
            Assert.Equal("run", arguments[0]);
            var given = arguments.Skip(1).Select(each => each[2..].Split('=', 2)).ToLookup(each => each[0], each => each[1]);
            var settings = new Operator.Hosting.Commands.RunSettings(
                name => given.Contains(name) ? [.. given[name]] : null, new Dictionary<string, string> { ["POD_NAMESPACE"] = Home });
            Operator.Hosting.RunOptions options = settings.Read();
            Assert.Empty(settings.Mistakes);
            Assert.Equal(Home, options.OperatorNamespace);
            var known = new Operator.Hosting.Commands.RunCommand(
                TextWriter.Null, TextWriter.Null, new Dictionary<string, string>(), static _ => new()).Create();
            Assert.All(given, each => Assert.Contains(known.Options, option => option.Name == "--" + each.Key));
        }
    }

    [Theory]
    [InlineData("replicas=-1", "replicas")]
    [InlineData("replicas=many", "replicas")]
    [InlineData("log.level=loud", "log.level")]
    [InlineData("namespaces={Team}", "namespaces.0")]
    [InlineData("namespaces={a,a}", "namespaces")]
    [InlineData("webhook.timeoutSeconds=31", "webhook.timeoutSeconds")]
    [InlineData("webhook.failurePolicy=Fail", "failurePolicy")]
    [InlineData("imag.tag=1", "imag")]
    [InlineData("image.tag=a b", "image.tag")]
    [InlineData("metrics.port=0", "metrics.port")]
    [InlineData("listenHost=127.0.0.1", "listenHost")]
    [InlineData("podDisruptionBudget.maxUnavailable=0", "podDisruptionBudget.maxUnavailable")]
    [InlineData("podDisruptionBudget.maxUnavailable=0%", "podDisruptionBudget.maxUnavailable")]
    [InlineData("resources=none", "resources")]
    public async Task A_wrong_value_is_refused_by_its_name(string value, string name)
    {
        KubectlAnswer answer = await Chart.TryRenderAsync("thermocline", Home, "--set", value);
        Assert.NotEqual(0, answer.Code);
        Assert.Contains("values don't meet the specifications of the schema", answer.Errors, StringComparison.Ordinal);
        Assert.Contains(name, answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_and_program_have_one_version()
    {
        string props = Chart.File("Directory.Build.props");
        string chart = Chart.File($"{Chart.Folder}/Chart.yaml");
        string version = props.Split("<Version>")[1].Split('<')[0];
        Assert.Contains($"\nversion: {version}\n", chart, StringComparison.Ordinal);
        Assert.Contains($"\nappVersion: {version}\n", chart, StringComparison.Ordinal);
    }

    private static string[] ArgumentsOf(IReadOnlyList<JsonObject> objects) =>
        [.. objects.One("Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(each => (string)each!)];

    private static IEnumerable<string> ExcludedBy(JsonNode webhook)
    {
        JsonNode first = webhook["namespaceSelector"]!["matchExpressions"]![0]!;
        Assert.Equal(("kubernetes.io/metadata.name", "NotIn"), ((string?)first["key"], (string?)first["operator"]));
        return first["values"]!.AsArray().Select(each => (string)each!);
    }
}
