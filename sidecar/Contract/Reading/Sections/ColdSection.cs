using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading.Sections;

/// <summary>Reads section <c>tiers.cold</c>.</summary>
internal static class ColdSection
{
    private const int DayMax = 36_500;
    // 100 of a MemoryCluster's own, and then namespace, cluster and store; a key of S3 has 1,024.
    private const int PrefixLettersMax = 600;
    private const int DaprPrefixLettersMax = 200;

    public static ColdTierConfiguration Read(SectionReader section)
    {
        ColdTierConfiguration standard = new();
        ColdTierConfiguration cold = new()
        {
            Kind = section.Choice("kind", standard.Kind),
            Path = section.Text("path", standard.Path),
            Bucket = section.Text("bucket", standard.Bucket),
            Prefix = section.Text("prefix", standard.Prefix),
            Region = section.Text("region", standard.Region),
            Endpoint = section.Text("endpoint", standard.Endpoint),
            AccessKeyFile = section.Text("accessKeyFile", standard.AccessKeyFile),
            SecretKeyFile = section.Text("secretKeyFile", standard.SecretKeyFile),
            SecretStore = section.Text("secretStore", standard.SecretStore),
            Secret = section.Text("secret", standard.Secret),
            StateStore = section.Text("stateStore", standard.StateStore),
            ArchiveAfterDays = (int)section.Integer("archiveAfterDays", standard.ArchiveAfterDays, 0, DayMax),
            ShipIntervalSeconds = (int)section.Integer("shipIntervalSeconds", standard.ShipIntervalSeconds, 1, 86_400),
            HalfLifeHours = (int)section.Integer("halfLifeHours", standard.HalfLifeHours, 1, 87_600),
            GarbageDelayMinutes = (int)section.Integer("garbageDelayMinutes", standard.GarbageDelayMinutes, 10, 43_200),
        };
        Kind(section, cold);
        Place(section, cold);
        Credentials(section, cold);
        section.End();
        return cold;
    }

    private static void Kind(SectionReader section, ColdTierConfiguration cold)
    {
        if (cold.Kind == ColdKind.S3 && cold.Bucket.Length == 0)
            section.Report("bucket", "must be given for kind s3");
        if (cold.Kind == ColdKind.Folder && cold.Path.Length == 0)
            section.Report("path", "must be given for kind folder");
        if (cold.Kind != ColdKind.Dapr)
            return;
        if (!DaprSection.IsName(cold.StateStore))
            section.Report("stateStore", $"must name a state store of Dapr's for kind dapr: {DaprSection.NameForm}");
        if (cold.Prefix.Length > DaprPrefixLettersMax)
            section.Report("prefix", "must have at most 200 characters for kind dapr");
        if (cold.Endpoint.Length > 0)
            section.Report("endpoint", "is of kind s3; where Dapr is, says dapr.endpoint");
    }

    private static void Place(SectionReader section, ColdTierConfiguration cold)
    {
        if (cold.Region.Length == 0)
            section.Report("region", "must not be empty");
        if (!IsPrefix(cold.Prefix))
            section.Report("prefix", "must have letters, digits, '/', '-', '.' and '_', no empty, '.' or '..' part, at most 600 of them");
        section.Web("endpoint", cold.Endpoint, "use accessKeyFile and secretKeyFile");
    }

    private static void Credentials(SectionReader section, ColdTierConfiguration cold)
    {
        if (cold.AccessKeyFile.Length == 0 != (cold.SecretKeyFile.Length == 0))
            section.Report("secretKeyFile", "goes together with accessKeyFile: give both or neither");
        if (cold.SecretStore.Length == 0 != (cold.Secret.Length == 0))
            section.Report("secret", "goes together with secretStore: give both or neither");
        if (cold.SecretStore.Length == 0)
            return;
        if (cold.AccessKeyFile.Length > 0)
            section.Report("secretStore", "and accessKeyFile are two places for the same keys: give one");
        if (!DaprSection.IsName(cold.SecretStore))
            section.Report("secretStore", $"must name a secret store of Dapr's: {DaprSection.NameForm}");
        if (cold.Secret.Length > 0 && !DaprSection.IsName(cold.Secret))
            section.Report("secret", $"must name a secret: {DaprSection.NameForm}");
    }

    private static bool IsPrefix(string prefix)
    {
        bool plain = prefix.Length <= PrefixLettersMax
            && prefix.All(static each => char.IsAsciiLetterOrDigit(each) || each is '/' or '-' or '.' or '_');
        return prefix.Length == 0 || (plain && prefix.TrimEnd('/').Split('/').All(static part => part is not ("" or "." or "..")));
    }
}
