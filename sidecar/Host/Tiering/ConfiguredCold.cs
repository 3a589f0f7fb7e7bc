using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Store.Cold.Dapr.Secrets;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Cold.S3;

namespace Thermocline.Sidecar.Tiering;

/// <summary>Opens the cold store that a configuration names. Nothing is asked of it yet.</summary>
internal static class ConfiguredCold
{
    /// <summary>The store, asked patiently; null when none is configured.</summary>
    /// <exception cref="HostingException">The settings make no store; the message says which.</exception>
    /// <exception cref="StoreException">The folder cannot be created.</exception>
    public static ResilientColdStore? Open(SidecarConfiguration configuration, TimeProvider time) =>
        Open(configuration, new ResilienceOptions(), time);

    /// <summary>The same with a patience of one's own.</summary>
    /// <exception cref="HostingException">The settings make no store; the message says which.</exception>
    /// <exception cref="StoreException">The folder cannot be created.</exception>
    public static ResilientColdStore? Open(SidecarConfiguration configuration, ResilienceOptions patience, TimeProvider time)
    {
        ColdTierConfiguration cold = configuration.Tiers.Cold;
        try
        {
            IColdStore? inner = cold.Kind switch
            {
                ColdKind.Folder => new FolderColdStore(Path.GetFullPath(cold.Path), time),
                ColdKind.S3 => new S3ColdStore(OptionsOf(cold, KeysOf(cold, configuration.Dapr, time)), time),
                ColdKind.Dapr => new DaprStateCold(DaprOptionsOf(cold, configuration.Dapr), time),
                ColdKind.None => null,
            };
            return inner is null ? null : new ResilientColdStore(inner, patience, time);
        }
        catch (ArgumentException wrong)
        {
            throw new HostingException($"tiers.cold: {wrong.Message}", wrong);
        }
    }

    private static DaprColdOptions DaprOptionsOf(ColdTierConfiguration cold, DaprConfiguration dapr) => new()
    {
        StateStore = cold.StateStore,
        Endpoint = new Uri(dapr.Endpoint),
        ApiTokenFile = dapr.ApiTokenFile,
        Prefix = cold.Prefix,
    };

    private static S3Options OptionsOf(ColdTierConfiguration cold, S3Credentials? keys) => new()
    {
        Bucket = cold.Bucket,
        Prefix = cold.Prefix,
        Region = cold.Region,
        Endpoint = cold.Endpoint.Length == 0 ? null : new Uri(cold.Endpoint),
        Credentials = keys,
    };

    // Dapr is asked with the first request to the bucket: in a pod it starts after the sidecar.
    private static S3Credentials? KeysOf(ColdTierConfiguration cold, DaprConfiguration dapr, TimeProvider time) =>
        cold switch
        {
            { AccessKeyFile.Length: > 0 } => S3Credentials.Files(cold.AccessKeyFile, cold.SecretKeyFile),
            { SecretStore.Length: > 0 } => S3Credentials.Secret(
                new DaprSecretOptions
                {
                    SecretStore = cold.SecretStore,
                    Secret = cold.Secret,
                    Endpoint = new Uri(dapr.Endpoint),
                    ApiTokenFile = dapr.ApiTokenFile,
                },
                time),
            _ => null,
        };
}
