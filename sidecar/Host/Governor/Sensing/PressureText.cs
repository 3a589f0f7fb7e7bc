namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>The text of a pressure file (Linux, accounting/psi): totals are microseconds since the cgroup, or the machine, exists.</summary>
internal static class PressureText
{
    public static bool TryRead(ReadOnlySpan<byte> text, out long some, out long full)
    {
        some = TotalOf(text, "some "u8);
        full = TotalOf(text, "full "u8);
        return some >= 0;
    }

    private static long TotalOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> kind)
    {
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            int at = line.StartsWith(kind) ? line.IndexOf("total="u8) : -1;
            if (at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(line[(at + 6)..], out long total, out _))
                return total;
        }

        return -1;
    }
}
