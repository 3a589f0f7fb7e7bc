using System.Buffers.Binary;

namespace Thermocline.Store.Compression;

/// <summary>
/// Vectors of float32 in 8 bits a number, off by at most half a step:
/// <code>
/// unit   = distance from max(|min|, |max|) to the float32 below it
/// origin = floor(min / unit) × unit
/// step   = ceil((max − origin) / (255 × unit)) × unit        (so at most (max − min) / 255 + 2 × unit)
/// code   = round((x − origin) / step)
/// x'     = clamp(origin + code × step, min, max)             |x' − x| ≤ step / 2
/// </code>
/// Everything is a multiple of the unit, so every x' is a float32 itself and no rounding comes on top of the bound.
/// NaN and infinities are kept exactly, beside the codes, and do not widen the range; of zeros the sign is lost.
/// </summary>
/// <remarks>
/// Bytes: 0x51, version 1, two zeros, u32 numbers, f32 min, f32 max, u32 exceptions; a code for each number; for each
/// exception, by rising index, u32 index and the 4 bytes of its float32. Little endian.
/// </remarks>
internal static class ByteQuantiser
{
    public const int CountMax = 4 << 20;
    public const int HeaderBytes = 20;
    private const int ExceptionBytes = 8;
    private const uint Mark = 0x0151;

    /// <summary>The length that <see cref="Encode"/> gives these numbers.</summary>
    public static int EncodedLength(ReadOnlySpan<float> values) =>
        HeaderBytes + values.Length + (ExceptionBytes * RangeOf(values).Exceptions);

    /// <summary>Encodes, and returns the length; 0 when it does not fit the destination.</summary>
    public static int Encode(ReadOnlySpan<float> values, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, CountMax);
        (float min, float max, int exceptions) = RangeOf(values);
        int length = HeaderBytes + values.Length + (ExceptionBytes * exceptions);
        if (length > destination.Length)
            return 0;

        BinaryPrimitives.WriteUInt32LittleEndian(destination, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], values.Length);
        BinaryPrimitives.WriteSingleLittleEndian(destination[8..], min);
        BinaryPrimitives.WriteSingleLittleEndian(destination[12..], max);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], exceptions);
        Scale scale = Scale.Of(min, max);
        Span<byte> codes = destination.Slice(HeaderBytes, values.Length);
        Span<byte> exception = destination[(HeaderBytes + values.Length)..];
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(values[i]))
            {
                codes[i] = scale.CodeOf(values[i]);
                continue;
            }

            codes[i] = 0;
            BinaryPrimitives.WriteInt32LittleEndian(exception, i);
            BinaryPrimitives.WriteSingleLittleEndian(exception[4..], values[i]);
            exception = exception[ExceptionBytes..];
        }

        return length;
    }

    /// <summary>How many numbers there are, and what each may be off by at most. False when the bytes cannot be ours.</summary>
    public static bool TryDescribe(ReadOnlySpan<byte> encoded, out int count, out double errorMax)
    {
        (count, errorMax) = (0, 0);
        if (encoded.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(encoded) != Mark)
            return false;
        uint numbers = BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]);
        uint exceptions = BinaryPrimitives.ReadUInt32LittleEndian(encoded[16..]);
        (float min, float max) = MinMax(encoded);
        if (numbers > CountMax || exceptions > numbers || !float.IsFinite(min) || !float.IsFinite(max) || min > max
            || encoded.Length != HeaderBytes + (long)numbers + ((long)ExceptionBytes * exceptions))
        {
            return false;
        }

        count = (int)numbers;
        errorMax = Scale.Of(min, max).Step / 2;
        return true;
    }

    /// <summary>False when the bytes cannot be ours, or do not hold as many numbers as the destination.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, Span<float> destination)
    {
        if (!TryDescribe(encoded, out int count, out _) || count != destination.Length)
            return false;
        (float min, float max) = MinMax(encoded);
        Scale scale = Scale.Of(min, max);
        ReadOnlySpan<byte> codes = encoded.Slice(HeaderBytes, count);
        for (int i = 0; i < codes.Length; i++)
            destination[i] = scale.ValueOf(codes[i]);

        long last = -1;
        for (ReadOnlySpan<byte> rest = encoded[(HeaderBytes + count)..]; !rest.IsEmpty; rest = rest[ExceptionBytes..])
        {
            uint index = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (index >= (uint)count || index <= last)
                return false;
            last = index;
            destination[(int)index] = BinaryPrimitives.ReadSingleLittleEndian(rest[4..]);
        }

        return true;
    }

    private static (float Min, float Max) MinMax(ReadOnlySpan<byte> encoded) =>
        (BinaryPrimitives.ReadSingleLittleEndian(encoded[8..]), BinaryPrimitives.ReadSingleLittleEndian(encoded[12..]));

    private static (float Min, float Max, int Exceptions) RangeOf(ReadOnlySpan<float> values)
    {
        float min = float.PositiveInfinity;
        float max = float.NegativeInfinity;
        int exceptions = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                exceptions++;
                continue;
            }

            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        return min <= max ? (min, max, exceptions) : (0, 0, exceptions);
    }

    // In double, where multiples of the unit and their products with a code have room to be exact.
    private readonly record struct Scale(double Origin, double Step, float Min, float Max)
    {
        private const int CodeMax = 255;

        public static Scale Of(float min, float max)
        {
            float largest = Math.Max(Math.Abs(min), Math.Abs(max));
            double unit = largest == 0 ? float.Epsilon : (double)largest - MathF.BitDecrement(largest);
            double origin = Math.Floor(min / unit) * unit;
            return new Scale(origin, Math.Ceiling((max - origin) / (CodeMax * unit)) * unit, min, max);
        }

        public byte CodeOf(float value) => Step == 0 ? (byte)0 : (byte)Math.Min(CodeMax, Math.Round((value - Origin) / Step));

        public float ValueOf(byte code) => (float)Math.Clamp(Origin + (code * Step), Min, Max);
    }
}
