namespace Thermocline.Testing.Dapr;

/// <summary>What daprd makes of a component's error.</summary>
public enum DaprdFault
{
    /// <summary>An error like any other: HTTP 500.</summary>
    Plain,

    /// <summary>The etag is not the record's: HTTP 409.</summary>
    EtagMismatch,

    /// <summary>The etag is none: HTTP 400.</summary>
    EtagInvalid,

    /// <summary>Fewer rows were deleted than asked for: HTTP 500.</summary>
    RowMismatch,

    /// <summary>A kit error, which says its own HTTP status.</summary>
    Kit,

    /// <summary>daprd refused before it called.</summary>
    Refused,
}
