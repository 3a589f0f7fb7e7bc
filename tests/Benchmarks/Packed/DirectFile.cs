using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Thermocline.Benchmarks.Packed;

/// <summary>Reads of 4 KiB past the page cache: the least that a read from the disk can cost.</summary>
internal sealed unsafe partial class DirectFile : IDisposable
{
    public const int PageBytes = 4096;
    private readonly SafeFileHandle _file;
    private readonly void* _page = NativeMemory.AlignedAlloc(PageBytes, PageBytes);

    public DirectFile(string path)
    {
        int direct = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;
        _file = new SafeFileHandle(Open(path, direct), ownsHandle: true);
        if (_file.IsInvalid)
            throw new IOException($"The file system does not read {path} past the page cache.");
        Pages = new FileInfo(path).Length / PageBytes;
    }

    public long Pages { get; }

    /// <summary>Ticks that one read takes.</summary>
    public long Read(long page)
    {
        long start = Stopwatch.GetTimestamp();
        int read = RandomAccess.Read(_file, new Span<byte>(_page, PageBytes), page * PageBytes);
        long ticks = Stopwatch.GetTimestamp() - start;
        return read == PageBytes ? ticks : throw new IOException($"Page {page} ended after {read} bytes.");
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_page);
        _file.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
