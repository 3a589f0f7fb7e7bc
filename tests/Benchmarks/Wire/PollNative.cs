using System.Runtime.InteropServices;

namespace Thermocline.Benchmarks.Wire;

/// <summary>poll(2): waits for any of many connections on one thread.</summary>
internal static unsafe partial class PollNative
{
    public const short Readable = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        public int Descriptor;
        public short Wanted;
        public short Ready;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(Entry* entries, nuint count, int timeoutMilliseconds);
}
