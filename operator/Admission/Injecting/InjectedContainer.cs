using System.Text.Json.Nodes;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>The sidecar's container. It asks for nothing that Pod Security's level restricted would refuse.</summary>
internal static class InjectedContainer
{
    private const long User = 65_532;

    public static JsonObject Of(InjectionWish wish, JsonObject? sockets, bool isGuaranteed)
    {
        JsonArray mounts = InjectedVolumes.Mounts(wish);
        if (sockets is not null)
            mounts.Add((JsonNode)sockets);
        var container = new JsonObject
        {
            ["name"] = Names.Container,
            ["image"] = wish.Image,
            // What makes an init container a sidecar: it starts first, stays, stops last, and keeps no Job from its end.
            ["restartPolicy"] = "Always",
            ["args"] = new JsonArray("serve", "--config", $"{Names.ConfigurationFolder}/{Names.ConfigurationKey}"),
            ["env"] = Environment(wish, sockets is not null),
            ["ports"] = new JsonArray(Port()),
            ["resources"] = Resources(wish, isGuaranteed),
            // Five minutes to read back what lies on the disk; the app waits for it.
            ["startupProbe"] = Probe("startup", 1, 300),
            ["readinessProbe"] = Probe("ready", 5, 3),
            ["livenessProbe"] = Probe("live", 10, 6),
            ["securityContext"] = Security(),
            ["terminationMessagePolicy"] = "FallbackToLogsOnError",
            ["volumeMounts"] = mounts,
        };
        if (wish.ImagePullPolicy.Length > 0)
            container["imagePullPolicy"] = wish.ImagePullPolicy;
        return container;
    }

    private static JsonArray Environment(InjectionWish wish, bool withDapr)
    {
        var environment = new JsonArray(
            OfPod("POD_IP", "status.podIP"),
            OfPod("POD_NAME", "metadata.name"),
            OfPod("POD_NAMESPACE", "metadata.namespace"),
            Variable("THERMOCLINE__LISTEN__DATA", $"127.0.0.1:{Names.DataPort}"),
            // In brackets, as an address of IPv6 needs them.
            Variable("THERMOCLINE__LISTEN__ADMIN", $"[$(POD_IP)]:{Names.AdminPort}"),
            Variable("THERMOCLINE__LISTEN__ADMINTOKENFILE", $"{Names.TokenFolder}/{Names.TokenKey}"),
            Variable("THERMOCLINE__DATA__PATH", Names.DataFolder));
        if ((wish.Spec.Tiers.Cold.S3?.Prefix ?? wish.Spec.Tiers.Cold.Dapr?.Prefix) is { } prefix)
        {
            string folder = Names.StoreFolder(prefix, wish.Namespace, wish.Cluster, wish.Store);
            environment.Add((JsonNode)Variable("THERMOCLINE__TIERS__COLD__PREFIX", folder));
        }

        if (InjectedVolumes.HasKeys(wish))
        {
            environment.Add((JsonNode)Variable("THERMOCLINE__TIERS__COLD__ACCESSKEYFILE", $"{Names.CredentialsFolder}/accessKey"));
            environment.Add((JsonNode)Variable("THERMOCLINE__TIERS__COLD__SECRETKEYFILE", $"{Names.CredentialsFolder}/secretKey"));
        }

        if (InjectedVolumes.HasPassword(wish))
        {
            if (wish.Spec.Events.Redis!.User is { Length: > 0 } user)
                environment.Add((JsonNode)Variable("THERMOCLINE__EVENTS__REDIS__USER", user));
            environment.Add((JsonNode)Variable("THERMOCLINE__EVENTS__REDIS__PASSWORDFILE", $"{Names.RedisFolder}/password"));
        }

        if (InjectedVolumes.HasToken(wish))
            environment.Add((JsonNode)Variable("THERMOCLINE__DAPR__APITOKENFILE", $"{Names.DaprFolder}/token"));
        if (withDapr)
            environment.Add((JsonNode)Variable("THERMOCLINE__DAPR__SOCKETFOLDER", Names.SocketFolder));

        // The runtime's own sockets for debuggers want a folder that can be written; the root cannot.
        environment.Add((JsonNode)Variable("DOTNET_EnableDiagnostics", "0"));
        return environment;
    }

    private static JsonObject Resources(InjectionWish wish, bool isGuaranteed)
    {
        string memory = Amounts.Canonical(wish.Spec.Budget.Limit);
        // A guaranteed pod stays one: all its containers need a limit of processors, and a narrow one would choke us.
        string processor = isGuaranteed ? "250m" : "25m";
        var limits = new JsonObject { ["memory"] = memory };
        if (isGuaranteed)
            limits["cpu"] = processor;
        return new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = processor, ["memory"] = memory },
            ["limits"] = limits,
        };
    }

    private static JsonObject Probe(string what, int periodSeconds, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = $"/healthz/{what}", ["port"] = Names.AdminPort },
        ["periodSeconds"] = periodSeconds,
        ["timeoutSeconds"] = 3,
        ["failureThreshold"] = failures,
    };

    private static JsonObject Security() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
        ["readOnlyRootFilesystem"] = true,
        ["runAsNonRoot"] = true,
        ["runAsUser"] = User,
        ["runAsGroup"] = User,
        ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
    };

    private static JsonObject Port() => new()
    {
        ["name"] = Names.AdminPortName,
        ["containerPort"] = Names.AdminPort,
        ["protocol"] = "TCP",
    };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject OfPod(string name, string field) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = field } },
    };
}
