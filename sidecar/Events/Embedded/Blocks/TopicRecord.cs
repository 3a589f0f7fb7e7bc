using System.Text;
using Thermocline.Events.Checks;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>What is kept of a topic besides its blocks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Next">No event gets a lower offset: what the blocks and groups would say if they were still there.</param>
internal sealed record TopicRecord(string Name, long Next)
{
    private const byte Mark = 0xE2;

    public byte[] Encode()
    {
        byte[] name = Encoding.UTF8.GetBytes(Name);
        var bytes = new byte[1 + Numbers.BytesMax + name.Length];
        bytes[0] = Mark;
        int at = Numbers.Write(bytes, 1, (ulong)Next);
        name.CopyTo(bytes, at);
        return bytes[..(at + name.Length)];
    }

    /// <summary>Null when this is not the record of a topic.</summary>
    public static TopicRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        int at = 1;
        if (bytes.IsEmpty || bytes[0] != Mark || !Numbers.TryRead(bytes, ref at, out ulong next) || next > long.MaxValue / 2)
            return null;
        string name = Encoding.UTF8.GetString(bytes[at..]);
        return Text.MistakeOfName(name, "topic") is null ? new TopicRecord(name, (long)next) : null;
    }
}
