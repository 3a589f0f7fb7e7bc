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
    private const int HolderBytesMax = 320;

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
                throw new StoreException(StoreFault.Locked, Refusal(folder, ReadHolder(handle), Environment.MachineName), path);
            }

            WriteHolder(handle);
            return new DiskLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>What the second comer is told.</summary>
    /// <param name="folder">The folder that is held.</param>
    /// <param name="holder">What the lock file says: process id and machine, a line each; may be anything.</param>
    /// <param name="machine">The second comer's machine.</param>
    internal static string Refusal(string folder, string holder, string machine)
    {
        string[] lines = holder.Split('\n');
        bool known = int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
        string who = known ? string.Create(CultureInfo.InvariantCulture, $"process {pid}") : "another process";

        // In containers the process is number 1 on both sides: only the machine tells them apart.
        if (known && lines.Length > 1 && lines[1].Length > 0 && lines[1] != machine)
        {
            who += $" on {lines[1]}";
        }

        return $"The data folder '{folder}' is in use by {who}. Stop that process first, or choose another data folder.";
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

    /// <summary>The lock holds without it: on a full disk nobody is named.</summary>
    private static void WriteHolder(SafeFileHandle handle)
    {
        byte[] holder = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{Environment.MachineName}\n"));
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, holder, 0);
        }
        catch (IOException failure) when (OutOfSpace.Is(failure))
        {
            // See above.
        }
    }

    private static string ReadHolder(SafeFileHandle handle)
    {
        Span<byte> bytes = stackalloc byte[HolderBytesMax];
        return Encoding.UTF8.GetString(bytes[..RandomAccess.Read(handle, bytes, 0)]);
    }
}
