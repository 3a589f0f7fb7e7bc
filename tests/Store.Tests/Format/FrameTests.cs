using Thermocline.Store.Format;
using Xunit;

namespace Thermocline.Store.Tests.Format;

public sealed class FrameTests
{
    private const uint Seed = 12345;

    [Fact]
    public void A_frame_is_read_as_it_was_written()
    {
        Frame frame = Encode(out _);
        Assert.Equal(77UL, frame.Sequence);
        Assert.Equal([1, 2, 3], frame.Key.ToArray());
        Assert.Equal([4], frame.Metadata.ToArray());
        Assert.Equal([5, 6, 7, 8, 9], frame.Value.ToArray());
        Assert.Equal(0xAB_CDEF_0123UL, frame.PreviousTag);
        Assert.Equal(4096, frame.SyncedBytes);
        Assert.Equal(1_700_000_000_000, frame.WrittenAtMs);
        Assert.Equal(1_800_000_000_000, frame.ExpiresAtMs);
        Assert.True(frame.BatchContinues);
        Assert.False(frame.IsTombstone);
        Assert.Equal(0, frame.Bytes.Length % 8);
        Assert.True(frame.IsExpired(1_800_000_000_000));
        Assert.False(frame.IsExpired(1_799_999_999_999));
    }

    [Fact]
    public void The_bytes_are_those_of_the_document()
    {
        Frame frame = Encode(out _);
        byte[] bytes = frame.Bytes.ToArray();
        Assert.Equal(64, bytes.Length);
        Assert.Equal([77, 0, 0, 0, 0, 0, 0, 0], bytes[8..16]);
        Assert.Equal([5, 0, 0, 0, 3, 0, 1, 0, 0xC1, 2, 0, 0], bytes[16..28]);
        Assert.Equal([0x23, 0x01, 0xEF, 0xCD, 0xAB, 0x00, 0x02, 0x00], bytes[40..48]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0], bytes[48..]);
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        Encode(out byte[] bytes);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(FrameCheck.Intact, Frame.Check(bytes, Seed));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(FrameCheck.Intact, Frame.Check(bytes, Seed));
        Assert.Equal(FrameCheck.HeaderDamaged, Frame.Check(bytes, Seed + 1));
    }

    [Fact]
    public void A_frame_cut_short_is_noticed_at_every_length()
    {
        Encode(out byte[] bytes);
        for (int length = 0; length < bytes.Length; length++)
            Assert.NotEqual(FrameCheck.Intact, Frame.Check(bytes.AsSpan(0, length), Seed));
    }

    [Fact]
    public void The_checksum_is_the_castagnoli_one()
    {
        Assert.Equal(0xE3069283, Checksum.Of("123456789"u8));
        Assert.Equal(Checksum.Of("123456789"u8), Checksum.Of("6789"u8, Checksum.Of("12345"u8)));
    }

    private static Frame Encode(out byte[] bytes)
    {
        var operation = new WriteOperation
        {
            Key = new byte[] { 1, 2, 3 },
            Metadata = new byte[] { 4 },
            Value = new byte[] { 5, 6, 7, 8, 9 },
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000),
        };
        var place = new FramePlace(Seed, 77, 0xAB_CDEF_0123, 4096, 1_700_000_000_000);
        var buffer = new byte[200];
        Array.Fill(buffer, (byte)0xEE);
        int length = FrameEncoder.Encode(operation, FrameFlags.None, place, buffer);
        bytes = buffer[..length];
        FrameEncoder.AddFlags(bytes, FrameFlags.BatchContinues, Seed);
        return new Frame(bytes);
    }
}
