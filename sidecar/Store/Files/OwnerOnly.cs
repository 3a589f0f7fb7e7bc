using Microsoft.Win32.SafeHandles;

namespace Thermocline.Store.Files;

/// <summary>Memories are private: directories (0700) and files (0600) are for the owner of the process alone.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateDirectory(string fullPath)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Data folders need a POSIX file system.");
        }

        Directory.CreateDirectory(fullPath, FileMode | UnixFileMode.UserExecute);
    }

    public static void Restrict(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Data folders need a POSIX file system.");
        }

        File.SetUnixFileMode(file, FileMode);
    }
}
