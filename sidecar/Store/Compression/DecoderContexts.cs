using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>
/// Contexts of zstd's decoder on loan, one for each thread that decodes at this moment. A bounded number is kept; what
/// a burst of threads needs beyond that is freed when it comes back.
/// </summary>
internal static partial class DecoderContexts
{
    private const int FormatParameter = 1000;
    private const int Magicless = 1;

    // Each slot has a cache line of its own, so that threads do not slow each other down.
    private const int SlotStride = 16;

    private static readonly int SlotCount = Math.Clamp(2 * Environment.ProcessorCount, 4, 32);
    private static readonly nint[] Slots = new nint[SlotCount * SlotStride];
    private static readonly long[] Living = new long[1];

    /// <summary>What all contexts take that exist now.</summary>
    public static long NativeBytes => Interlocked.Read(ref Living[0]);

    public static nint Rent()
    {
        int first = Environment.CurrentManagedThreadId;
        for (int i = 0; i < SlotCount; i++)
        {
            nint context = Interlocked.Exchange(ref SlotAt(first + i), 0);
            if (context != 0)
                return context;
        }

        return CreateOne();
    }

    public static void Return(nint context)
    {
        int first = Environment.CurrentManagedThreadId;
        for (int i = 0; i < SlotCount; i++)
        {
            if (Interlocked.CompareExchange(ref SlotAt(first + i), context, 0) == 0)
                return;
        }

        Interlocked.Add(ref Living[0], -(long)SizeOf(context));
        _ = Free(context);
    }

    private static ref nint SlotAt(int number) => ref Slots[(int)((uint)number % (uint)SlotCount) * SlotStride];

    private static nint CreateOne()
    {
        nint context = Create();
        if (context == 0)
            throw Zstd.Failure("Creating a decoder", 0);
        nuint answer = SetParameter(context, FormatParameter, Magicless);
        if (Zstd.IsError(answer))
        {
            _ = Free(context);
            throw new StoreException(StoreFault.Unsupported, $"zstd {Zstd.Version} cannot decode frames without magic.");
        }

        Interlocked.Add(ref Living[0], (long)SizeOf(context));
        return context;
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint Create();

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_sizeof_DCtx")]
    private static partial nuint SizeOf(nint context);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint Free(nint context);
}
