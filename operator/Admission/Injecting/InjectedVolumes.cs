using System.Text.Json.Nodes;
using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>The volumes of a sidecar and where it mounts them. The sockets are not among them: Dapr may have brought a volume.</summary>
internal static class InjectedVolumes
{
    public static JsonArray Of(InjectionWish wish)
    {
        var volumes = new JsonArray(
            new JsonObject
            {
                ["name"] = Names.ConfigurationVolume,
                ["configMap"] = new JsonObject { ["name"] = Names.Child(wish.Cluster) },
            },
            new JsonObject
            {
                ["name"] = Names.TokenVolume,
                ["secret"] = new JsonObject { ["secretName"] = Names.TokenSecret(wish.Cluster) },
            });
        if (HasKeys(wish))
            volumes.Add((JsonNode)Secret(Names.CredentialsVolume, wish.Spec.Tiers.Cold.S3!.CredentialsSecretName, "accessKey", "secretKey"));
        if (HasPassword(wish))
            volumes.Add((JsonNode)Secret(Names.RedisVolume, wish.Spec.Events.Redis!.PasswordSecretName, "password"));
        if (HasToken(wish))
            volumes.Add((JsonNode)Secret(Names.DaprVolume, wish.Spec.Tiers.Cold.Dapr!.ApiTokenSecretName, "token"));
        volumes.Add((JsonNode)Data(wish));
        return volumes;
    }

    public static JsonArray Mounts(InjectionWish wish)
    {
        var mounts = new JsonArray(
            // Whole folders: a file mounted by itself never shows a change.
            ReadOnly(Names.ConfigurationVolume, Names.ConfigurationFolder),
            ReadOnly(Names.TokenVolume, Names.TokenFolder));
        if (HasKeys(wish))
            mounts.Add((JsonNode)ReadOnly(Names.CredentialsVolume, Names.CredentialsFolder));
        if (HasPassword(wish))
            mounts.Add((JsonNode)ReadOnly(Names.RedisVolume, Names.RedisFolder));
        if (HasToken(wish))
            mounts.Add((JsonNode)ReadOnly(Names.DaprVolume, Names.DaprFolder));
        mounts.Add((JsonNode)new JsonObject { ["name"] = Names.DataVolume, ["mountPath"] = Names.DataFolder });
        return mounts;
    }

    /// <summary>The volume for sockets, where Dapr brought none.</summary>
    public static JsonObject Sockets() => new() { ["name"] = Names.SocketVolume, ["emptyDir"] = new JsonObject() };

    public static bool HasKeys(InjectionWish wish) => wish.Spec.Tiers.Cold.S3 is { CredentialsSecretName.Length: > 0 };

    public static bool HasPassword(InjectionWish wish) =>
        wish.Spec.Events is { Engine: nameof(EventEngine.Redis), Redis.PasswordSecretName.Length: > 0 };

    public static bool HasToken(InjectionWish wish) => wish.Spec.Tiers.Cold.Dapr is { ApiTokenSecretName.Length: > 0 };

    private static JsonObject Data(InjectionWish wish)
    {
        WarmTierSpec warm = wish.Spec.Tiers.Warm;
        string size = Amounts.VolumeFor(warm.Size);
        if (warm.StorageClassName.Length == 0)
        {
            return new JsonObject
            {
                ["name"] = Names.DataVolume,
                ["emptyDir"] = new JsonObject { ["sizeLimit"] = size },
            };
        }

        return new JsonObject
        {
            ["name"] = Names.DataVolume,
            ["ephemeral"] = new JsonObject
            {
                ["volumeClaimTemplate"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Names.ClusterLabel] = wish.Cluster } },
                    ["spec"] = new JsonObject
                    {
                        ["accessModes"] = new JsonArray("ReadWriteOnce"),
                        ["storageClassName"] = warm.StorageClassName,
                        ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = size } },
                    },
                },
            },
        };
    }

    private static JsonObject Secret(string volume, string name, params string[] keys) => new()
    {
        ["name"] = volume,
        ["secret"] = new JsonObject
        {
            ["secretName"] = name,
            ["items"] = new JsonArray([.. keys.Select(static key => (JsonNode)Item(key))]),
        },
    };

    private static JsonObject Item(string key) => new() { ["key"] = key, ["path"] = key };

    private static JsonObject ReadOnly(string volume, string folder) =>
        new() { ["name"] = volume, ["mountPath"] = folder, ["readOnly"] = true };
}
