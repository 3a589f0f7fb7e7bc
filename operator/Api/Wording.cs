using Thermocline.Contract.Configuration;

namespace Thermocline.Operator.Api;

/// <summary>What is said of a mistake, and the expressions behind it: the API server's rules and the operator's own use the same.</summary>
internal static class Wording
{
    // Whole bytes by its form alone, since the API server cannot ask a quantity whether it is whole.
    public const string Amount = "^([0-9]{1,12}([.](5|25|75|125|375|625|875))?(Ki|Mi|Gi|Ti|Pi)|[0-9]{1,12}([.][0-9]{1,3})?[kMGT]|[0-9]{1,18})$";
    public const string Bucket = "^[a-z0-9][a-z0-9.-]*[a-z0-9]$";
    public const string Component = "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$";
    public const string Collection = "^[a-z0-9_][a-z0-9._-]*$";
    public const string Endpoint = "^https?://[^/?# ]+(/[^?# ]*)?$";
    public const string Host = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$";
    public const string Image = "^[A-Za-z0-9][A-Za-z0-9._/:@-]*$";
    public const string Loopback = "(?i)^https?://(localhost|127[.][0-9.]+|[[]::1[]])([:/]|$)";
    public const string ObjectName = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
    public const string Prefix = "^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/*)?$";
    public const string PrefixDots = "(^|/)[.][.]?(/|$)";
    public const string Printable = "^[!-~]+$";
    public const string Region = "^[a-z0-9-]+$";
    public const string Server = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";
    public const string Topic = "^[A-Za-z0-9._/:#+-]+$";
    public const string User = "^[A-Za-z0-9._@-]*$";

    public const string AmountHint = " (such as 512Mi, 10Gi, 1G or 1048576)";
    public const string BucketName = "must be the name of a bucket: 3 to 63 of a-z, 0-9, '.' and '-', a letter or digit at both ends";
    public const string BrokerNeeded = "must be given for engine Dapr";
    public const string BudgetAmount = "must be an amount from 16Mi to 128Gi" + AmountHint;
    public const string ClusterName = "must be at most 52 characters: other objects are named after it";
    public const string ColdStays = "must not be taken away once it is set: what it holds would be out of reach";
    public const string CollectionName = "names collections (1 to 128 of a-z 0-9 . _ -)";
    public const string ComponentName = "must be the name of a Component: letters, digits, '.', '_' and '-', a letter or digit at both ends";
    public const string EndpointAddress = "must be an http or https address";
    public const string EndpointCredentials = "must not hold credentials; use credentialsSecretName";
    public const string HostName = "must be empty or the name of a host";
    public const string HotAmount = "must be empty or an amount from 1Mi to 128Gi" + AmountHint;
    public const string HotWithinBudget = "must not be more than spec.budget.limit";
    public const string ImageReference = "must be empty or the reference of an image";
    public const string Immutable = "cannot be changed";
    public const string LabelKeys = "must have keys of 1 to 317 characters";
    public const string NameOfObject = "must be empty or the name of an object: a-z, 0-9, '-' and '.', a letter or digit at both ends";
    public const string NoValues = "must be empty for the operators Exists and DoesNotExist";
    public const string OneColdStore = "cannot be set beside s3: there is one cold store";
    public const string OneDapr = "cannot be Dapr beside spec.tiers.cold.dapr, which is another Dapr than the pod's own: a sidecar asks one";
    public const string OutboxTopic =
        $"must not name {EventsConfiguration.OutboxRefused} or what begins with '{EventsConfiguration.OutboxPrefix}': the sidecar's own";
    public const string OwnBroker = "must not be spec.dapr.pubsubName, which is the sidecar itself";
    public const string OwnDapr = "must not be the pod's own Dapr, which starts after the sidecar";
    public const string PrefixForm = PrefixLetters + ", at most 100 of them";
    public const string PrefixLetters = "must have letters, digits, '/', '-', '.' and '_', no empty, '.' or '..' part";
    public const string PrintableText = "must have printable ASCII characters and no space";
    public const string QuantiseStage = "needs the stage quantise in spec.compression.stages";
    public const string RedisNeeded = "must be given for engine Redis";
    public const string RegionName = "must be the name of a region: a-z, 0-9 and '-'";
    public const string SelectsSomething = "must have at least one label or expression: an empty selector would take every pod";
    public const string ServerAddress = "must be host:port, a name or an address of IPv4 and a port from 1 to 65535";
    public const string SharesSum = "must add up to 100";
    public const string StatePrefixForm = PrefixLetters + ", at most 16 of them";
    public const string StoreAndBroker = "must differ from the state store's name: a Component is either";
    public const string StrengthOrder = "must not be below spec.tiers.warm.minStrength";
    public const string TokenElsewhere = "must not hold credentials; use apiTokenSecretName";
    public const string TopicName = "names topics (1 to 64 of letters, digits and . _ / : # + -)";
    public const string Twice = "must not name anything twice";
    public const string UserName = "must have letters, digits, '.', '_', '@' and '-' only";
    public const string UserPassword = "needs passwordSecretName";
    public const string ValuesNeeded = "must not be empty for the operators In and NotIn";
    public const string WarmAmount = "must be an amount from 1Mi to 1Pi" + AmountHint;
    public const string WatermarkOrder = "must be below spec.budget.criticalWatermark";
    public const string ZstdNeeded = "must name zstd, the codec of every level; level Off goes without";
}
