namespace Thermocline.Store;

/// <summary>Limits of the format, the same for every store.</summary>
public static class Limits
{
    /// <summary>Longest composed key in bytes: length byte, collection name, key.</summary>
    public const int ComposedKeyBytesMax = 1 + CollectionBytesMax + KeyBytesMax;

    /// <summary>Longest collection name in UTF-8 bytes.</summary>
    public const int CollectionBytesMax = 128;

    /// <summary>Longest key in UTF-8 bytes.</summary>
    public const int KeyBytesMax = 1024;

    /// <summary>Longest metadata of a record in bytes.</summary>
    public const int MetadataBytesMax = 32 << 10;

    /// <summary>Operations in one atomic batch.</summary>
    public const int BatchOperationsMax = 10_000;

    /// <summary>Operations that a kind may add of its own to a batch that its user filled.</summary>
    public const int BatchExtrasMax = 1;

    /// <summary>Keys and values of one atomic batch in bytes.</summary>
    public const int BatchBytesMax = 32 << 20;

    /// <summary>Keys in one page of a listing.</summary>
    public const int ListPageMax = 10_000;
}
