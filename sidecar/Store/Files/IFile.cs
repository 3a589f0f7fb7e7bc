namespace Thermocline.Store.Files;

/// <summary>An open file. Reads and writes at different offsets may run side by side.</summary>
public interface IFile : IDisposable
{
    /// <summary>Length in bytes, reserved space included.</summary>
    long Length { get; }

    /// <summary>Reads up to the length of the span; the count is short only at the end of the file.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>Writes all bytes at an offset, extending the file when needed.</summary>
    /// <exception cref="DiskFullException">There is no space for them; any part of them may have been written.</exception>
    void Write(ReadOnlySpan<byte> source, long offset);

    /// <summary>Cuts or extends the file.</summary>
    /// <exception cref="DiskFullException">There is no space; the file is as it was.</exception>
    void SetLength(long length);

    /// <summary>Returns once everything written before is durable.</summary>
    void Flush();
}
