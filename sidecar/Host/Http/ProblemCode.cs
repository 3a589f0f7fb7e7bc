namespace Thermocline.Sidecar.Http;

/// <summary>
/// The stable codes of problem details. A client may branch on them; a test proves that docs/API.md lists every one.
/// </summary>
internal static class ProblemCode
{
    public const string BatchInvalid = "batch-invalid";
    public const string BodyTooLarge = "body-too-large";
    public const string BodyTruncated = "body-truncated";
    public const string Busy = "busy";
    public const string ColdUnavailable = "cold-unavailable";
    public const string CollectionInvalid = "collection-invalid";
    public const string CollectionReserved = "collection-reserved";
    public const string ConditionFailed = "condition-failed";
    public const string ConditionInvalid = "condition-invalid";
    public const string ConditionUnsupported = "condition-unsupported";
    public const string ConditionsConflict = "conditions-conflict";
    public const string ContentTypeInvalid = "content-type-invalid";
    public const string ContentTypeUnsupported = "content-type-unsupported";
    public const string DiskFull = "disk-full";
    public const string GroupAbsent = "group-absent";
    public const string GroupInUse = "group-in-use";
    public const string Internal = "internal";
    public const string JsonMalformed = "json-malformed";
    public const string KeyAbsent = "key-absent";
    public const string KeyEmpty = "key-empty";
    public const string KeyInvalid = "key-invalid";
    public const string KeyTooLong = "key-too-long";
    public const string MemoryAbsent = "memory-absent";
    public const string MemoryExists = "memory-exists";
    public const string MemoryInvalid = "memory-invalid";
    public const string MemoryPressure = "memory-pressure";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string NoColdStore = "no-cold-store";
    public const string ParameterInvalid = "parameter-invalid";
    public const string PrivateUnavailable = "private-unavailable";
    public const string RangeUnsupported = "range-unsupported";
    public const string RecordDamaged = "record-damaged";
    public const string RequestMalformed = "request-malformed";
    public const string RequestTimeout = "request-timeout";
    public const string RouteUnknown = "route-unknown";
    public const string SearchInvalid = "search-invalid";
    public const string SearchModeUnavailable = "search-mode-unavailable";
    public const string Stopping = "stopping";
    public const string StoreFenced = "store-fenced";
    public const string StoreFull = "store-full";
    public const string StoreLatched = "store-latched";
    public const string TokenRequired = "token-required";
    public const string TopicUnavailable = "topic-unavailable";
    public const string ValueTooLarge = "value-too-large";

    /// <summary>Every code, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        BatchInvalid, BodyTooLarge, BodyTruncated, Busy, ColdUnavailable, CollectionInvalid, CollectionReserved,
        ConditionFailed, ConditionInvalid, ConditionUnsupported, ConditionsConflict, ContentTypeInvalid, ContentTypeUnsupported, DiskFull, GroupAbsent, GroupInUse, Internal,
        JsonMalformed, KeyAbsent, KeyEmpty, KeyInvalid, KeyTooLong, MemoryAbsent, MemoryExists, MemoryInvalid, MemoryPressure,
        MethodNotAllowed, NoColdStore, ParameterInvalid, PrivateUnavailable, RangeUnsupported, RecordDamaged, RequestMalformed, RequestTimeout,
        RouteUnknown, SearchInvalid, SearchModeUnavailable, Stopping, StoreFenced, StoreFull, StoreLatched, TokenRequired, TopicUnavailable,
        ValueTooLarge,
    ];
}
