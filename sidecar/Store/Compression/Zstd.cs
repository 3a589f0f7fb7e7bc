using System.Globalization;
using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>The zstd library of the machine: whether it is there, and what its answers mean.</summary>
internal static partial class Zstd
{
    /// <summary>Found by the loader of the system; the number after .so is zstd's promise that calls stay as they are.</summary>
    public const string Library = "libzstd.so.1";

    public const int LevelMin = -7;
    public const int LevelMax = 22;

    // Advanced parameters and dictionaries by reference, in the shape they still have, came with 1.4.0.
    private const uint OldestVersion = 10_400;
    private const int ErrorCodes = 120;
    private const int DestinationTooSmall = 70;

    private static readonly uint Number = Find();

    public static bool IsAvailable => Number != 0;

    /// <summary>Whether an encoder can be placed in memory of ours: zstd's header calls that experimental.</summary>
    public static bool IsPlaceable { get; } = IsAvailable
        && NativeLibrary.TryLoad(Library, typeof(Zstd).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "ZSTD_initStaticCCtx", out _);

    /// <summary>Such as 1.5.4; "none" when there is no library.</summary>
    public static string Version { get; } = IsAvailable
        ? string.Create(CultureInfo.InvariantCulture, $"{Number / 10_000}.{Number / 100 % 100}.{Number % 100}")
        : "none";

    /// <summary>The most that a frame of so many bytes can take (ZSTD_COMPRESSBOUND of zstd.h).</summary>
    public static int Bound(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        const int Block = 128 << 10;
        return checked(length + (length >> 8) + (length < Block ? (Block - length) >> 11 : 0));
    }

    /// <summary>Lengths and failures come back in one number: the highest ones are failures.</summary>
    internal static bool IsError(nuint answer) => answer > nuint.MaxValue - ErrorCodes;

    internal static bool IsTooSmall(nuint answer) => answer == unchecked(0 - (nuint)DestinationTooSmall);

    internal static void Demand()
    {
        if (!IsAvailable)
        {
            throw new StoreException(StoreFault.Unsupported,
                $"This needs {Library} in version 1.4 or newer (Debian package libzstd1), and the machine has none.");
        }
    }

    /// <summary>What a failure that says nothing about the bytes has to be: no memory, or a library unlike its header.</summary>
    internal static StoreException Failure(string call, nuint answer) =>
        new(StoreFault.Full, $"{call} of zstd {Version} failed with code {unchecked(0 - answer)}: it could not get its memory.");

    private static uint Find()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Zstd).Assembly, null, out nint library))
            return 0;
        bool complete = NativeLibrary.TryGetExport(library, "ZSTD_versionNumber", out _)
            && NativeLibrary.TryGetExport(library, "ZSTD_createDDict_byReference", out _)
            && NativeLibrary.TryGetExport(library, "ZDICT_trainFromBuffer", out _);
        return complete && VersionNumber() is var number && number >= OldestVersion ? number : 0;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionNumber")]
    private static partial uint VersionNumber();
}
