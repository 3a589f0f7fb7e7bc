namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>tiers.cold</c>.</summary>
public sealed record ColdTierConfiguration
{
    /// <summary>What kind of store it is.</summary>
    public ColdKind Kind { get; init; } = ColdKind.None;

    /// <summary>Folder of kind <see cref="ColdKind.Folder"/>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Bucket of kind <see cref="ColdKind.S3"/>.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>What every object's name starts with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Region of the bucket.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Name of the component of kind <see cref="ColdKind.Dapr"/>.</summary>
    public string StateStore { get; init; } = "";

    /// <summary>Address of an S3-compatible service; empty for the region's own.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>File that holds the access key; empty for <see cref="SecretStore"/>, or the environment's credentials.</summary>
    public string AccessKeyFile { get; init; } = "";

    /// <summary>File that holds the secret key.</summary>
    public string SecretKeyFile { get; init; } = "";

    /// <summary>Secret store of Dapr's that has the keys; empty: it is not asked.</summary>
    public string SecretStore { get; init; } = "";

    /// <summary>The secret there, with the fields <c>accessKey</c>, <c>secretKey</c> and maybe <c>sessionToken</c>.</summary>
    public string Secret { get; init; } = "";

    /// <summary>Days without use after which a segment leaves the local disk, whatever its strength: 0 (after a minute) to 36,500.</summary>
    public int ArchiveAfterDays { get; init; } = 30;

    /// <summary>Longest time between a write and its shipment: what a lost node can lose. 1 to 86,400 seconds.</summary>
    public int ShipIntervalSeconds { get; init; } = 10;

    /// <summary>Hours in which the strength of what is not used halves: 1 to 87,600.</summary>
    public int HalfLifeHours { get; init; } = 168;

    /// <summary>Minutes for which an object that nobody names any more is kept: 10 to 43,200.</summary>
    public int GarbageDelayMinutes { get; init; } = 60;
}
