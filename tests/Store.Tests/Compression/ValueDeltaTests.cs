using Thermocline.Store.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Compression;

public sealed class ValueDeltaTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("noise")]
    [InlineData("runs")]
    [InlineData("counter")]
    public void Edited_values_come_back_and_most_similar_ones_become_short(string shape)
    {
        var random = new Random(1);
        int found = 0;
        const int Rounds = 1_500;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] old = Samples.Of(shape, random.Next(500, 20_000), random);
            byte[] value = [.. old];
            int changed = 0;
            for (int edits = random.Next(1, 5); edits > 0; edits--)
                value = Edit(value, random.Next(1, 2 + (old.Length / 200)), random, ref changed);
            byte[]? delta = Encode(old, value, value.Length / 10);
            if (delta is not null)
                found++;
            AssertDecodes(old, value, delta);
        }

        // At most a fiftieth of the bytes changed in each, so nearly all are more than 90 % similar.
        Assert.InRange(found, Rounds * 97 / 100, Rounds);
    }

    [Fact]
    public void A_single_edit_costs_its_new_bytes_and_a_little()
    {
        var random = new Random(2);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] old = Samples.Of("json", random.Next(1_000, 10_000), random);
            int changed = 0;
            byte[] value = Edit(old, random.Next(1, 40), random, ref changed);
            byte[]? delta = Encode(old, value, value.Length / 10);
            Assert.NotNull(delta);
            Assert.InRange(delta.Length, 2, changed + 12);
            AssertDecodes(old, value, delta);
        }
    }

    [Fact]
    public void Long_insertions_and_deletions_are_found_through()
    {
        var random = new Random(3);
        byte[] old = Samples.Of("text", 60_000, random);
        byte[] other = Samples.Of("noise", 4_000, random);
        int[] places = [0, 1, 30_000, 59_999, 60_000];
        foreach (int place in places)
        {
            byte[] inserted = [.. old[..place], .. other, .. old[place..]];
            AssertShort(old, inserted, 4_020);
            // Something else changed at both ends keeps prefix and suffix from doing all of it.
            AssertShort(old, [1, .. inserted[1..^1], 1], 4_040);
        }

        foreach (int length in new[] { 100, 3_000, 12_000 })
        {
            byte[] deleted = [.. old[..20_000], .. old[(20_000 + length)..]];
            AssertShort(old, deleted, 16);
            AssertShort(old, [1, .. deleted[1..^1], 1], 1_000);
        }
    }

    [Fact]
    public void Equal_values_and_values_that_only_end_earlier_or_later_take_a_few_bytes()
    {
        byte[] value = Samples.Of("json", 5_000, new Random(4));
        AssertShort(value, value, 8);
        AssertShort(value, value[..4_990], 8);
        AssertShort(value, value[10..], 8);
        AssertShort(value[..4_990], value, 24);
        AssertShort(value[10..], value, 24);
    }

    [Fact]
    public void Dissimilar_values_are_given_up()
    {
        var random = new Random(5);
        foreach (string shape in new[] { "noise", "text", "json" })
        {
            for (int round = 0; round < 200; round++)
            {
                byte[] old = Samples.Of(shape, random.Next(200, 10_000), random);
                byte[] value = Samples.Of(shape, old.Length, random);
                AssertDecodes(old, value, Encode(old, value, value.Length / 10));
            }
        }

        byte[] noise = Samples.Of("noise", 10_000, random);
        Assert.Null(Encode(Samples.Of("noise", 10_000, random), noise, 1_000));
        Assert.Null(Encode([], noise, 1_000));
        Assert.Null(Encode(noise[..8_000], noise, 1_000));
    }

    [Fact]
    public void Short_and_empty_values_are_answers()
    {
        Assert.Null(Encode([], [], 100));
        Assert.Null(Encode([1, 2, 3], [], 100));
        Assert.Null(Encode([1, 2, 3], [1, 2, 3], 0));
        AssertShort([], [1, 2, 3], 4);
        AssertShort([1, 2, 3], [1, 2, 4], 4);
        AssertShort([0, 0], [0, 0, 0, 0, 0], 8);
    }

    [Fact]
    public void Values_made_to_be_slow_are_answered_too()
    {
        // A needle whose ends are everywhere in the base, in a value that changes all the time.
        byte[] old = new byte[1 << 20];
        byte[] value = new byte[1 << 20];
        for (int i = 0; i < old.Length; i++)
        {
            old[i] = (byte)(i % 15 == 0 ? 1 : 0);
            value[i] = (byte)(i % 16 == 0 ? 1 : 0);
        }

        AssertDecodes(old, value, Encode(old, value, value.Length / 10));
        AssertDecodes(new byte[1 << 20], value, Encode(new byte[1 << 20], value, value.Length / 10));
    }

    [Fact]
    public void The_destination_is_never_left()
    {
        var random = new Random(6);
        byte[] old = Samples.Of("json", 2_000, random);
        int changed = 0;
        byte[] value = Edit(Edit(old, 30, random, ref changed), 30, random, ref changed);
        int length = Encode(old, value, value.Length)!.Length;
        for (int room = 0; room <= 2 * length; room++)
        {
            var guarded = new GuardedBytes(room);
            int written = ValueDelta.Encode(old, value, guarded.Inside);
            Assert.True(written == length || (written == 0 && room < length * 3 / 2), $"{written} of {length} in {room}");
            Assert.InRange(written, 0, room);
            Assert.True(guarded.IsIntact);
        }
    }

    [Fact]
    public void Hostile_deltas_are_refused_or_give_bytes_of_the_stated_length()
    {
        var random = new Random(7);
        byte[] old = Samples.Of("json", 700, random);
        int changed = 0;
        byte[] value = Edit(Edit(old, 20, random, ref changed), 20, random, ref changed);
        byte[] delta = Encode(old, value, value.Length)!;
        var room = new GuardedBytes(value.Length);
        for (int at = 0; at < delta.Length; at++)
        {
            Assert.False(ValueDelta.TryDecode(old, delta.AsSpan(0, at), room.Inside));
            for (int change = 1; change < 256; change++)
            {
                delta[at] ^= (byte)change;
                _ = ValueDelta.TryDecode(old, delta, room.Inside);
                delta[at] ^= (byte)change;
            }
        }

        for (int round = 0; round < 50_000; round++)
        {
            byte[] noise = new byte[random.Next(40)];
            random.NextBytes(noise);
            _ = ValueDelta.TryDecode(old, noise, room.Inside);
        }

        Assert.True(room.IsIntact);
        Assert.False(ValueDelta.TryDecode(old, [.. delta, 0], room.Inside));
        Assert.False(ValueDelta.TryDecode(old, delta, room.Inside[1..]));
        Assert.False(ValueDelta.TryDecode(old, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], room.Inside));
        Assert.False(ValueDelta.TryDecode(old, [0x03, 0x01], room.Inside[..1]));
        Assert.False(ValueDelta.TryDecode([], [0x03, 0x00], room.Inside[..1]));
    }

    private static byte[] Edit(byte[] value, int length, Random random, ref int changed)
    {
        int at = random.Next(value.Length - length);
        byte[] fresh = Samples.Of("noise", length, random);
        switch (random.Next(3))
        {
            case 0:
                changed += length;
                return [.. value[..at], .. fresh, .. value[at..]];
            case 1:
                return [.. value[..at], .. value[(at + length)..]];
            default:
                changed += length;
                return [.. value[..at], .. fresh, .. value[(at + length)..]];
        }
    }

    private static byte[]? Encode(byte[] old, byte[] value, int room)
    {
        byte[] delta = new byte[room];
        int length = ValueDelta.Encode(old, value, delta);
        Assert.InRange(length, 0, room);
        return length == 0 ? null : delta[..length];
    }

    private static void AssertShort(byte[] old, byte[] value, int lengthMax)
    {
        byte[]? delta = Encode(old, value, value.Length + 10);
        Assert.NotNull(delta);
        Assert.InRange(delta.Length, 1, lengthMax);
        AssertDecodes(old, value, delta);
    }

    private static void AssertDecodes(byte[] old, byte[] value, byte[]? delta)
    {
        if (delta is null)
            return;
        var room = new GuardedBytes(value.Length);
        Assert.True(ValueDelta.TryDecode(old, delta, room.Inside));
        Assert.True(room.Inside.SequenceEqual(value));
        Assert.True(room.IsIntact);
    }
}
