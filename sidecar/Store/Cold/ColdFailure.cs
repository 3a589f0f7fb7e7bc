namespace Thermocline.Store.Cold;

/// <summary>How failures of a cold store read: what was tried, on which object, what it said.</summary>
internal static class ColdFailure
{
    /// <summary>Trying again later may help.</summary>
    public static StoreException Unavailable(string tried, string said, Exception? inner = null) =>
        new(StoreFault.ColdUnavailable, $"The cold store could not {tried}: {said}", inner: inner);

    /// <summary>Two conditional writes met in the store; neither its health nor the condition is in question.</summary>
    public static StoreException Conflict(string tried, Exception? inner = null) =>
        new(StoreFault.ColdUnavailable, $"The cold store could not {tried}: another write of the same object was under way.",
            inner: new ColdConflictException(inner));

    /// <summary>Somebody has to change something.</summary>
    public static StoreException Refused(string tried, string said, Exception? inner = null) =>
        new(StoreFault.ColdRefused, $"The cold store refused to {tried}: {said}", inner: inner);

    /// <summary>The object is not what was written.</summary>
    public static StoreException Damaged(string name, string what) =>
        new(StoreFault.Damaged, $"The cold object {name} {what}.", name);

    /// <summary>An object longer than what may be fetched whole.</summary>
    public static StoreException TooLong(string name, long length, int bytesMax) =>
        Damaged(name, $"is {length:N0} bytes long; at most {bytesMax:N0} were expected");

    /// <summary>A range past the end of an object.</summary>
    public static StoreException TooShort(string name, long length, long wanted) =>
        Damaged(name, $"ends at byte {length:N0}, before byte {wanted:N0}");

    /// <summary>A condition asked of a store that has none.</summary>
    public static StoreException NoConditions(string tried, Exception? inner = null) =>
        Refused(tried, "it has no conditional writes.", inner);

    /// <summary>Whether a failure is <see cref="Conflict"/>.</summary>
    public static bool IsConflict(Exception? failure) => failure?.InnerException is ColdConflictException;
}
