using Microsoft.Win32.SafeHandles;

namespace Thermocline.Store.Files;

/// <summary>One open file of a local file system.</summary>
internal sealed class DiskFile(SafeFileHandle handle) : IFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> destination, long offset)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[done..], offset + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        try
        {
            RandomAccess.Write(handle, source, offset);
        }
        catch (Exception failure) when (OutOfSpace.Is(failure))
        {
            throw new DiskFullException(failure.Message, failure);
        }
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception failure) when (OutOfSpace.Is(failure))
        {
            throw new DiskFullException(failure.Message, failure);
        }
    }

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
