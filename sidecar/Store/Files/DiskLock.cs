using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Thermocline.Store.Files;

/// <summary>
/// The exclusive hold on a data folder: an advisory lock that the kernel gives back when the process ends, however it
/// ends. The file stays, because deleting it would let two holders lock two different files of the same name.
/// </summary>
internal sealed class DiskLock : IDisposable
{
    private const int HolderBytesMax = 32;

    private readonly SafeFileHandle _handle;

    private DiskLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes the lock or says who holds it.</summary>
    public static DiskLock Take(string folder, string path, string fullPath)
    {
        SafeFileHandle handle = Posix.OpenUnlocked(fullPath);
        try
        {
            if (!Posix.TryLock(handle, fullPath))
            {
                throw new StoreException(StoreFault.Locked, Refusal(folder, ReadHolder(handle)), path);
            }

            byte[] holder = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, holder, 0);
            return new DiskLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>What the second comer is told.</summary>
    internal static string Refusal(string folder, int? holder)
    {
        string who = holder is int pid ? $"by process {pid.ToString(CultureInfo.InvariantCulture)}" : "by another process";
        return $"The data folder '{folder}' is in use {who}. Stop that process first, or choose another data folder.";
    }

    /// <summary>Gives the lock back; the process id is removed so that nobody mistakes a past holder for a present one.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            return;
        }

        try
        {
            RandomAccess.SetLength(_handle, 0);
        }
        finally
        {
            _handle.Dispose();
        }
    }

    private static int? ReadHolder(SafeFileHandle handle)
    {
        Span<byte> bytes = stackalloc byte[HolderBytesMax];
        int read = RandomAccess.Read(handle, bytes, 0);
        string text = Encoding.ASCII.GetString(bytes[..read]).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
    }
}
