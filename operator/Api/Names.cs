namespace Thermocline.Operator.Api;

/// <summary>What the objects around a MemoryCluster are called. One place, because the operator, the webhook and people all look for them.</summary>
internal static class Names
{
    /// <summary>Who applies: one field manager for everything the operator writes.</summary>
    public const string FieldManager = "thermocline-operator";

    /// <summary>The finalizer that drains the sidecars before a cluster goes.</summary>
    public const string Finalizer = "thermocline.dev/drain";

    /// <summary>Label of everything that belongs to a cluster, its attached pods included: the cluster's name.</summary>
    public const string ClusterLabel = "thermocline.dev/cluster";

    /// <summary>Annotation of an attached pod: which injection it got, so that an outdated one is told from a current one.</summary>
    public const string InjectionAnnotation = "thermocline.dev/injection";

    /// <summary>Annotation of an attached pod: the store it holds, which is its folder below the prefix in the bucket.</summary>
    public const string StoreAnnotation = "thermocline.dev/store";

    /// <summary>Annotation or label of a pod or of its template whose value <c>false</c> keeps the sidecar away.</summary>
    public const string AttachAnnotation = "thermocline.dev/attach";

    /// <summary>Annotation of a cluster: the revision to return to.</summary>
    public const string RollbackAnnotation = "thermocline.dev/rollback-to";

    /// <summary>Annotation of a cluster whose value <c>false</c> leaves a bad change in force instead of taking it back.</summary>
    public const string AutoRollbackAnnotation = "thermocline.dev/auto-rollback";

    /// <summary>Annotation of a cluster: the revision, by its object's name, that was taken back without being asked. It happens once.</summary>
    public const string TakenBackAnnotation = "thermocline.dev/taken-back";

    /// <summary>Annotation of a revision: when it last came into force.</summary>
    public const string AcceptedAnnotation = "thermocline.dev/accepted-at";

    /// <summary>Annotation of a revision: pods whose sidecars were unwell already when it came into force, by uid.</summary>
    public const string UnwellAnnotation = "thermocline.dev/unwell-before";

    /// <summary>Label of a namespace whose value <c>true</c> lets its pods read the sidecars' metrics.</summary>
    public const string MetricsLabel = "thermocline.dev/metrics";

    /// <summary>Annotation that the kubelet gives to pods it runs from files of its own.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Name of the container in a pod.</summary>
    public const string Container = "thermocline";

    /// <summary>Port of health, metrics and status, on the pod's address.</summary>
    public const int AdminPort = 7071;

    /// <summary>Name of that port.</summary>
    public const string AdminPortName = "thermocline";

    /// <summary>Port of the data API, on the pod's loopback.</summary>
    public const int DataPort = 7070;

    /// <summary>Key of the configuration in its ConfigMap, and the name of the file.</summary>
    public const string ConfigurationKey = "thermocline.yaml";

    /// <summary>Key of the administrators' token in its Secret, and the name of the file.</summary>
    public const string TokenKey = "token";

    /// <summary>Where the configuration is mounted.</summary>
    public const string ConfigurationFolder = "/etc/thermocline";

    /// <summary>Where the administrators' token is mounted.</summary>
    public const string TokenFolder = "/etc/thermocline-admin";

    /// <summary>Where the keys of the bucket are mounted: <c>accessKey</c> and <c>secretKey</c>.</summary>
    public const string CredentialsFolder = "/etc/thermocline-s3";

    /// <summary>Where the password for Redis is mounted: <c>password</c>.</summary>
    public const string RedisFolder = "/etc/thermocline-redis";

    /// <summary>Where the token that Dapr wants to hear is mounted: <c>token</c>.</summary>
    public const string DaprFolder = "/etc/thermocline-dapr";

    /// <summary>Where the store lies.</summary>
    public const string DataFolder = "/var/lib/thermocline";

    /// <summary>Volumes of a pod, all of them ours alone.</summary>
    public const string ConfigurationVolume = "thermocline-config", TokenVolume = "thermocline-admin",
        CredentialsVolume = "thermocline-s3", RedisVolume = "thermocline-redis", DaprVolume = "thermocline-dapr", DataVolume = "thermocline-data", SocketVolume = "thermocline-sockets";

    /// <summary>Where Dapr looks for the sockets of components, in its container and in ours.</summary>
    public const string SocketFolder = "/tmp/dapr-components-sockets";

    /// <summary>All volumes of ours.</summary>
    public static readonly IReadOnlyList<string> Volumes =
        [ConfigurationVolume, TokenVolume, CredentialsVolume, RedisVolume, DaprVolume, DataVolume, SocketVolume];

    /// <summary>The ConfigMap with the sidecars' configuration, the Service for metrics, and the NetworkPolicy.</summary>
    public static string Child(string cluster) => $"{cluster}-thermocline";

    /// <summary>The Secret with the administrators' token.</summary>
    public static string TokenSecret(string cluster) => $"{cluster}-thermocline-admin";

    /// <summary>The folder of one store in the bucket, with its slash: what every object's name of that store starts with.</summary>
    public static string StoreFolder(string prefix, string @namespace, string cluster, string store)
    {
        string below = $"{@namespace}/{cluster}/{store}/";
        string above = prefix.TrimEnd('/');
        return above.Length == 0 ? below : $"{above}/{below}";
    }
}
