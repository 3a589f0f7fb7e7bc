using System.Buffers.Binary;

namespace Thermocline.Memory.Portable;

/// <summary>
/// CRC-32 of IEEE 802.3 (polynomial 0x04C11DB7, reflected; begins and ends with all ones), the one of zip and PNG:
/// <c>123456789</c> gives 0xCBF43926. Eight bytes a step with eight tables.
/// </summary>
public static class Crc32
{
    private const uint Reflected = 0xEDB88320;
    private const int Lanes = 8;

    private static readonly uint[] Tables = Make();

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of everything before, whose checksum is given, followed by more bytes. Begin with 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint[] tables = Tables;
        uint crc = ~checksum;
        unchecked
        {
            while (bytes.Length >= Lanes)
            {
                uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
                uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
                crc = tables[(7 * 256) + (byte)low] ^ tables[(6 * 256) + (byte)(low >> 8)]
                    ^ tables[(5 * 256) + (byte)(low >> 16)] ^ tables[(4 * 256) + (byte)(low >> 24)]
                    ^ tables[(3 * 256) + (byte)high] ^ tables[(2 * 256) + (byte)(high >> 8)]
                    ^ tables[256 + (byte)(high >> 16)] ^ tables[(byte)(high >> 24)];
                bytes = bytes[Lanes..];
            }

            foreach (byte each in bytes)
                crc = tables[(byte)(crc ^ each)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] Make()
    {
        var tables = new uint[Lanes * 256];
        for (uint each = 0; each < 256; each++)
        {
            uint crc = each;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Reflected;
            tables[each] = crc;
        }

        for (int at = 256; at < tables.Length; at++)
            tables[at] = (tables[at - 256] >> 8) ^ tables[tables[at - 256] & 0xFF];
        return tables;
    }
}
