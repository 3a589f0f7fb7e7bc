using Thermocline.Store.Format;
using Xunit;

namespace Thermocline.Store.Tests.Format;

public sealed class KeyHashTests
{
    [Fact]
    public void Tags_of_a_million_keys_collide_as_seldom_as_random_ones()
    {
        var hash = new KeyHash("0123456789abcdef"u8);
        var tags = new HashSet<ulong>();
        for (int i = 0; i < 1_000_000; i++)
            tags.Add(hash.Tag(Testing.Stores.Key($"user/{i}")));
        // 10^12 / 2 pairs over 2^40 tags: 0.45 collisions are expected.
        Assert.InRange(1_000_000 - tags.Count, 0, 10);
    }

    [Fact]
    public void Every_bit_of_a_key_and_its_length_count()
    {
        var hash = new KeyHash("0123456789abcdef"u8);
        var seen = new HashSet<ulong>();
        int keys = 0;
        for (int length = 1; length <= 70; length++)
        {
            var key = new byte[length];
            Assert.True(seen.Add(hash.Tag(key)), $"zeros of length {length}");
            keys++;
            for (int bit = 0; bit < length * 8; bit++)
            {
                key[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.True(seen.Add(hash.Tag(key)), $"bit {bit} of length {length}");
                key[bit / 8] ^= (byte)(1 << (bit % 8));
                keys++;
            }
        }

        Assert.Equal(keys, seen.Count);
    }

    [Fact]
    public void Another_secret_gives_other_tags()
    {
        var one = new KeyHash("0123456789abcdef"u8);
        var other = new KeyHash("0123456789abcdeg"u8);
        int same = Enumerable.Range(0, 10_000).Count(
            i => one.Tag(Testing.Stores.Key($"{i}")) == other.Tag(Testing.Stores.Key($"{i}")));
        Assert.Equal(0, same);
    }

    [Fact]
    public void The_tag_of_a_key_never_changes_because_snapshots_hold_it()
    {
        var hash = new KeyHash("0123456789abcdef"u8);
        ulong[] tags = [.. new[] { "", "abcd", "abcdefgh", "abcdefghijklmnop", new string('z', 100) }
            .Select(key => hash.Tag(Testing.Stores.Key(key)))];
        Assert.Equal(GoldenTags, tags);
    }

    private static ulong[] GoldenTags { get; } = [573030612358, 324601610603, 726717750855, 734522499151, 781221428929];
}
