using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Admission;

/// <summary>The two webhook configurations, made in one place for the chart and the tests.</summary>
internal static class WebhookObjects
{
    /// <summary>
    /// Name of both configurations. The API server calls webhooks in the order of their names: ours come after Dapr's.
    /// </summary>
    public const string Name = "thermocline-webhook";

    public const string PodsPath = "/mutate/pods";

    public const string DefaultPath = "/mutate/memoryclusters";

    public const string ValidatePath = "/validate/memoryclusters";

    /// <summary>The port of the Service.</summary>
    public const int Port = 443;

    /// <summary>The port of the operator's container.</summary>
    public const int TargetPort = 9443;

    /// <summary>Seconds after which the API server goes on without an answer.</summary>
    public const int TimeoutSeconds = 5;

    private const string NamespaceName = "kubernetes.io/metadata.name";

    public static JsonObject Mutating(WebhookPlace place)
    {
        JsonObject pods = Hook("pods.thermocline.dev", PodsPath, Rule(Resources.Pods, "CREATE"), place);
        pods["reinvocationPolicy"] = "IfNeeded";
        pods["namespaceSelector"] = Selector(
            NotIn(NamespaceName, [.. Selection.ExcludedNamespaces, place.Namespace]), NotIn(Names.AttachAnnotation, ["false"]));
        pods["objectSelector"] = Selector(NotIn(Names.AttachAnnotation, ["false"]));
        pods["matchConditions"] = new JsonArray(new JsonObject
        {
            ["name"] = "not-a-mirror-pod",
            ["expression"] = "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)",
        });
        JsonObject defaults = Hook("defaults.thermocline.dev", DefaultPath, Rule(Resources.MemoryClusters, "CREATE", "UPDATE"), place);
        defaults["reinvocationPolicy"] = "Never";
        return Configuration(Resources.MutatingWebhooks, pods, defaults);
    }

    public static JsonObject Validating(WebhookPlace place) => Configuration(
        Resources.ValidatingWebhooks,
        Hook("validation.thermocline.dev", ValidatePath, Rule(Resources.MemoryClusters, "CREATE", "UPDATE"), place));

    private static JsonObject Configuration(ResourceType type, params JsonNode[] hooks) => new()
    {
        ["apiVersion"] = type.ApiVersion,
        ["kind"] = type.Kind,
        ["metadata"] = new JsonObject { ["name"] = Name },
        ["webhooks"] = new JsonArray(hooks),
    };

    private static JsonObject Hook(string name, string path, JsonObject rule, WebhookPlace place)
    {
        var client = new JsonObject
        {
            ["service"] = new JsonObject
            {
                ["namespace"] = place.Namespace,
                ["name"] = place.Service,
                ["path"] = path,
                ["port"] = Port,
            },
        };
        if (place.AuthorityBundle.Length > 0)
            client["caBundle"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(place.AuthorityBundle));
        return new JsonObject
        {
            ["name"] = name,
            ["clientConfig"] = client,
            ["rules"] = new JsonArray(rule),
            // The cluster goes on without us: what was missed is found and said by the operator.
            ["failurePolicy"] = "Ignore",
            ["timeoutSeconds"] = TimeoutSeconds,
            ["sideEffects"] = "None",
            ["matchPolicy"] = "Equivalent",
            ["admissionReviewVersions"] = new JsonArray("v1"),
        };
    }

    private static JsonObject Rule(ResourceType type, params string[] operations) => new()
    {
        ["apiGroups"] = new JsonArray(type.Group),
        ["apiVersions"] = new JsonArray(type.Version),
        ["resources"] = new JsonArray(type.Plural),
        ["operations"] = Texts(operations),
        ["scope"] = "Namespaced",
    };

    private static JsonObject Selector(params JsonNode[] expressions) => new() { ["matchExpressions"] = new JsonArray(expressions) };

    private static JsonObject NotIn(string key, string[] values) =>
        new() { ["key"] = key, ["operator"] = "NotIn", ["values"] = Texts(values) };

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);
}
