using System.Text;
using Thermocline.Events.Checks;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>How far a group is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Floor">All events below are handled.</param>
/// <param name="Handled">Runs of handled events above the floor, in order.</param>
/// <param name="Attempts">Events that were tried and are not handled yet, with how often.</param>
internal sealed record GroupRecord(
    string Name, long Floor, IReadOnlyList<(long First, long Count)> Handled, IReadOnlyList<(long Offset, int Attempts)> Attempts)
{
    private const byte Mark = 0xE3;

    public static GroupRecord At(string name, long floor) => new(name, floor, [], []);

    public byte[] Encode()
    {
        byte[] name = Encoding.UTF8.GetBytes(Name);
        var bytes = new byte[1 + name.Length + (Numbers.BytesMax * (4 + (2 * (Handled.Count + Attempts.Count))))];
        bytes[0] = Mark;
        int at = Numbers.Write(bytes, 1, (ulong)name.Length);
        name.CopyTo(bytes, at);
        at = Numbers.Write(bytes, at + name.Length, (ulong)Floor);
        at = Numbers.Write(bytes, at, (ulong)Handled.Count);
        long before = Floor;
        foreach ((long first, long count) in Handled)
        {
            at = Numbers.Write(bytes, at, (ulong)(first - before));
            at = Numbers.Write(bytes, at, (ulong)count);
            before = first + count;
        }

        at = Numbers.Write(bytes, at, (ulong)Attempts.Count);
        before = Floor;
        foreach ((long offset, int attempts) in Attempts)
        {
            at = Numbers.Write(bytes, at, (ulong)(offset - before));
            at = Numbers.Write(bytes, at, (ulong)attempts);
            before = offset;
        }

        return bytes[..at];
    }

    /// <summary>Null when this is not the record of a group.</summary>
    public static GroupRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        int at = 1;
        if (bytes.IsEmpty || bytes[0] != Mark || !Numbers.TryReadLength(bytes, ref at, out int nameBytes))
            return null;
        string name = Encoding.UTF8.GetString(bytes.Slice(at, nameBytes));
        at += nameBytes;
        if (Text.MistakeOfName(name, "group") is not null
            || !TryOffset(bytes, ref at, 0, out long floor)
            || ReadPairs(bytes, ref at, floor, addsCount: true) is not { } handled
            || ReadPairs(bytes, ref at, floor, addsCount: false) is not { } attempts
            || at != bytes.Length)
        {
            return null;
        }

        return new GroupRecord(name, floor, handled, [.. attempts.Select(static pair => (pair.First, (int)Math.Min(pair.Count, int.MaxValue)))]);
    }

    private static List<(long First, long Count)>? ReadPairs(ReadOnlySpan<byte> bytes, ref int at, long floor, bool addsCount)
    {
        if (!Numbers.TryRead(bytes, ref at, out ulong count) || count > (ulong)(bytes.Length - at) / 2)
            return null;
        var pairs = new List<(long, long)>((int)count);
        long before = floor;
        for (ulong i = 0; i < count; i++)
        {
            if (!TryOffset(bytes, ref at, before, out long first) || !TryOffset(bytes, ref at, 0, out long second) || second == 0)
                return null;
            pairs.Add((first, second));
            before = addsCount ? first + second : first;
        }

        return pairs;
    }

    /// <summary>Offsets stay so low that sums of two of them do not overflow.</summary>
    private static bool TryOffset(ReadOnlySpan<byte> bytes, ref int at, long from, out long offset)
    {
        offset = 0;
        if (!Numbers.TryRead(bytes, ref at, out ulong gap) || gap > long.MaxValue / 4 || from > long.MaxValue / 4)
            return false;
        offset = from + (long)gap;
        return true;
    }
}
