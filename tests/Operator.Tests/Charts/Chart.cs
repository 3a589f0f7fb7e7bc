using System.Text.Json.Nodes;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Charts;

/// <summary>The shipped chart, rendered by the real helm. Without helm a test is skipped, in CI it fails.</summary>
internal static class Chart
{
    public const string Folder = "charts/thermocline";

    /// <summary>A version of Kubernetes that the chart takes; helm's own default is older.</summary>
    public const string KubeVersion = "1.30.0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static void NeedHelm() => Required.That(Helm.Find() is not null, Helm.Missing);

    public static async Task<KubectlAnswer> HelmAsync(string? kubeconfig, params string[] arguments)
    {
        NeedHelm();
        return await Helm.RunAsync(arguments, kubeconfig, Cancellation);
    }

    public static Task<KubectlAnswer> TryRenderAsync(string release, string @namespace, params string[] more) => HelmAsync(
        null, ["template", release, Folder, "--namespace", @namespace, "--kube-version", KubeVersion, .. more]);

    /// <summary>The objects the chart consists of.</summary>
    public static async Task<IReadOnlyList<JsonObject>> RenderAsync(string release, string @namespace, params string[] more)
    {
        KubectlAnswer answer = await TryRenderAsync(release, @namespace, more);
        Assert.True(answer.Code == 0, answer.ToString());
        return [.. YamlJson.All(answer.Output).Cast<JsonObject>()];
    }

    public static JsonObject One(this IEnumerable<JsonObject> objects, string kind, string? name = null) =>
        objects.Single(each => (string?)each["kind"] == kind && (name is null || NameOf(each) == name));

    public static string NameOf(JsonObject one) => (string)one["metadata"]!["name"]!;

    public static string File(string path) => System.IO.File.ReadAllText(Path.Combine(RepositoryRoot.Find()!, path));
}
