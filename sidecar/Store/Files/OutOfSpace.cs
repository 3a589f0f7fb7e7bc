namespace Thermocline.Store.Files;

/// <summary>How .NET tells that a Linux file system has no space left.</summary>
internal static class OutOfSpace
{
    private const int FileTooBig = 27;
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether a failure says so. .NET keeps the number of the system's error, except for files that are too big.</summary>
    public static bool Is(Exception failure) => failure is ArgumentOutOfRangeException || failure is IOException && Is(failure.HResult);

    /// <summary>Whether a number of the system's errors says so.</summary>
    public static bool Is(int error) => error is FileTooBig or NoSpaceLeft or QuotaExceeded;
}
