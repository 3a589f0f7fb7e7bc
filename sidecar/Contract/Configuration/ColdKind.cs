namespace Thermocline.Contract.Configuration;

/// <summary>Kinds of cold store.</summary>
public enum ColdKind
{
    /// <summary>No cold store.</summary>
    None,

    /// <summary>Another folder.</summary>
    Folder,

    /// <summary>An S3 bucket.</summary>
    S3,

    /// <summary>A Dapr state store.</summary>
    Dapr,
}
