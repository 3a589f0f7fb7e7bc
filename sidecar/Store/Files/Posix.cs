using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Thermocline.Store.Files;

/// <summary>The few calls of the C library that .NET does not offer: syncing a directory and an advisory lock.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int CreateWhenAbsent = 0x40;
    private const int OwnerReadWrite = 0x180;
    private const int CloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int Invalid = 22;
    private const int KeepLength = 1;

    // The one flag whose number differs between the processors we publish for.
    private static int DirectoryOnly =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    /// <summary>Makes the entries of a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        int descriptor = OpenPatiently(path, ReadOnly | DirectoryOnly | CloseOnExec);
        try
        {
            // A file system that cannot sync a directory answers EINVAL: it keeps names durable in its own way or not
            // at all, and refusing to run there would help nobody. Every other failure is one.
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() != Invalid)
            {
                throw Failure("sync", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Takes the blocks of a file where the file system can, so that later writes find them. Its length stays.</summary>
    /// <exception cref="DiskFullException">There are not so many.</exception>
    public static void Reserve(SafeHandle file, long bytes, string path)
    {
        while (FAllocate(file, KeepLength, 0, bytes) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (OutOfSpace.Is(error))
            {
                throw new DiskFullException($"There is no space for {bytes:N0} bytes of '{path}'.");
            }

            // All else says that this file system cannot, and what is written takes its blocks as it comes.
            if (error != Interrupted)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Opens a file, creating it for the owner alone. File.OpenHandle would take a lock of its own, and so could not
    /// even open a file that somebody else holds to read who that is.
    /// </summary>
    public static SafeFileHandle OpenUnlocked(string path) =>
        new(OpenPatiently(path, ReadWrite | CreateWhenAbsent | CloseOnExec), ownsHandle: true);

    /// <summary>Takes an exclusive lock on an open file; false when another open file holds it.</summary>
    public static bool TryLock(SafeHandle file, string path)
    {
        while (FLock(file, LockExclusive | LockWithoutWaiting) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case WouldBlock:
                    return false;
                case Interrupted:
                    break;
                default:
                    throw Failure("lock", path);
            }
        }

        return true;
    }

    private static int OpenPatiently(string path, int flags)
    {
        int descriptor;
        while ((descriptor = Open(path, flags, OwnerReadWrite)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("open", path);
            }
        }

        return descriptor;
    }

    private static IOException Failure(string verb, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        string message = $"Cannot {verb} '{path}': {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).";
        return error == 2 ? new DirectoryNotFoundException(message) : new IOException(message, error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeHandle file, int operation);
}
