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

    /// <summary>Address of an S3-compatible service; empty for the region's own.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>File that holds the access key; empty for the environment's credentials.</summary>
    public string AccessKeyFile { get; init; } = "";

    /// <summary>File that holds the secret key.</summary>
    public string SecretKeyFile { get; init; } = "";

    /// <summary>Days without use after which a record may live in the cold store alone.</summary>
    public int ArchiveAfterDays { get; init; } = 30;

    /// <summary>Seconds between two shipments of sealed segments.</summary>
    public int ShipIntervalSeconds { get; init; } = 10;
}
