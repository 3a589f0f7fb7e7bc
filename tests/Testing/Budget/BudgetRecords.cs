using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Thermocline.Testing.Budget;

/// <summary>
/// Records made of texts: any of them, in any version, can be made again from its number, so that nothing has to be kept for
/// the comparison.
/// </summary>
internal sealed class BudgetRecords(BudgetOptions options)
{
    public const string Collection = "budget";

    private static readonly byte[][] Agents = ["researcher"u8.ToArray(), "planner"u8.ToArray(), "archivist"u8.ToArray(), "reviewer"u8.ToArray()];

    private readonly ulong _seed = Mix((ulong)options.Seed);

    public static string KeyOf(int number) => number.ToString("D9", CultureInfo.InvariantCulture);

    /// <summary>Writes the record of a number in a version, counted from 1.</summary>
    public void Write(int number, int version, ArrayBufferWriter<byte> to)
    {
        ulong state = Mix(_seed ^ ((ulong)(uint)number << 8) ^ (uint)version);
        Append(to, string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{number},\"version\":{version},\"session\":\"s-{state >> 40:x6}\",\"agent\":\""));
        to.Write(Agents[state % (ulong)Agents.Length]);
        Append(to, string.Create(CultureInfo.InvariantCulture, $"\",\"importance\":0.{state >> 8 & 63:D2},\"content\":\""));
        // From half to one and a half of the mean.
        long end = to.WrittenCount + (options.RecordBytes / 2) + (long)(Mix(state) % (ulong)options.RecordBytes) - 100;
        while (to.WrittenCount < end)
        {
            state = Mix(state);
            byte[] text = options.Texts[(int)(state % (ulong)options.Texts.Count)];
            to.Write(text.AsSpan(0, WholeLetters(text, end - to.WrittenCount)));
            to.Write("\\n"u8);
        }

        to.Write("\"}"u8);
    }

    /// <summary>The version a stored record says it has; 0 when it says none.</summary>
    public static int VersionIn(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> name = ",\"version\":"u8;
        int at = value[..Math.Min(value.Length, 64)].IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(value[(at + name.Length)..], out int version, out _) ? version : 0;
    }

    /// <summary>A bijection of the 64-bit numbers (the finaliser of splitmix64).</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    // Cut neither within a letter nor within an escape: back to the last space.
    private static int WholeLetters(byte[] text, long most)
    {
        if (text.Length <= most)
            return text.Length;
        return Math.Max(0, text.AsSpan(0, (int)most).LastIndexOf((byte)' '));
    }

    private static void Append(ArrayBufferWriter<byte> to, string text) =>
        to.Advance(Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));
}
