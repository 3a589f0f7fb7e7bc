using System.Runtime.InteropServices;
using Thermocline.Store.Accounting;

namespace Thermocline.Store.Native;

/// <summary>
/// A stretch of memory outside the managed heap, aligned to its size and backed by large pages where the kernel has them.
/// Freed by <see cref="Dispose"/> or, when a reader may still be looking at it, by the finalizer.
/// </summary>
internal sealed unsafe partial class NativeChunk : IDisposable
{
    /// <summary>2 MiB: a large page of the processors we run on.</summary>
    public const int LargePageBytes = 2 << 20;

    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;
    private const int AdviseHugePage = 14;
    private nint _map;
    private readonly MemoryAccount _account;
    private nuint _mapBytes;

    /// <exception cref="StoreException">Full: the system has no memory to give.</exception>
    public NativeChunk(int bytes, MemoryAccount account)
    {
        _account = account;
        // Large pages need aligned memory; asking for twice as much and cutting the ends off gives it.
        bool large = bytes >= LargePageBytes;
        nuint asked = (nuint)bytes + (large ? (nuint)LargePageBytes : 0);
        nint map = Map(0, asked, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        if (map == -1)
            throw new StoreException(StoreFault.Full, $"The system refused {bytes:N0} bytes of memory.");
        Bytes = bytes;
        Base = (byte*)map;
        if (large)
        {
            nint aligned = (map + LargePageBytes - 1) & ~(nint)(LargePageBytes - 1);
            nint tail = aligned + bytes;
            if (aligned > map)
                _ = Unmap(map, (nuint)(aligned - map));
            if (tail < map + (nint)asked)
                _ = Unmap(tail, (nuint)(map + (nint)asked - tail));
            _ = Advise(aligned, (nuint)bytes, AdviseHugePage);
            Base = (byte*)aligned;
        }

        _map = (nint)Base;
        _mapBytes = (nuint)bytes;
        account.Charge(bytes);
    }

    ~NativeChunk() => Free();

    public byte* Base { get; }

    public int Bytes { get; }

    /// <summary>Gives the memory back to the system. Nobody may be looking at it.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        nint map = Interlocked.Exchange(ref _map, 0);
        if (map == 0)
            return;
        _ = Unmap(map, _mapBytes);
        _account.Release((long)_mapBytes);
        _mapBytes = 0;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
