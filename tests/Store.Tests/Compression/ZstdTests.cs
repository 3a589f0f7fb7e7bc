using System.Buffers.Binary;
using System.Security.Cryptography;
using Thermocline.Store.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Compression;

public sealed class ZstdTests : IDisposable
{
    private static readonly int[] Lengths = [0, 1, 2, 7, 100, 1_000, 4_095, 65_536, 131_071, 131_073, 300_000];

    // What zstd wants beyond the frame while it works.
    private const int SpareBytes = 32;

    private static readonly byte[] Trained = ZstdTrainer.Train(Samples.Memories(3_000, seed: 1), 16 << 10)!;

    private readonly ZstdDictionary _dictionary = ZstdDictionary.Load(Trained);

    public void Dispose() => _dictionary.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(19)]
    public void Values_of_every_shape_and_length_come_back(int level)
    {
        var random = new Random(level);
        foreach (ZstdDictionary? dictionary in new[] { null, _dictionary })
        {
            using var encoder = new ZstdEncoder(level, dictionary);
            foreach (string shape in Samples.Shapes)
            {
                foreach (int length in Lengths)
                    AssertComesBack(encoder, dictionary, Samples.Of(shape, length, random));
            }
        }
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("json")]
    public void The_longest_value_comes_back(string shape)
    {
        using var encoder = new ZstdEncoder(3, _dictionary);
        AssertComesBack(encoder, _dictionary, Samples.Of(shape, 16 << 20, new Random(5)));
    }

    [Fact]
    public void Records_shrink_more_with_a_dictionary_of_their_kind()
    {
        using var plain = new ZstdEncoder(3, null);
        using var trained = new ZstdEncoder(3, _dictionary);
        byte[] buffer = new byte[Zstd.Bound(4096)];
        long raw = 0, alone = 0, together = 0;
        foreach (ReadOnlyMemory<byte> record in Samples.Memories(500, seed: 2))
        {
            raw += record.Length;
            alone += plain.Encode(record.Span, buffer);
            together += trained.Encode(record.Span, buffer);
        }

        Assert.True(alone < raw, $"{alone} of {raw}");
        Assert.True(together * 1.3 < alone, $"{together} with, {alone} without");
    }

    [Fact]
    public void A_destination_that_is_one_byte_short_is_refused_on_both_ways()
    {
        using var encoder = new ZstdEncoder(3, null);
        foreach (string shape in Samples.Shapes)
        {
            byte[] value = Samples.Of(shape, 5_000, new Random(9));
            byte[] frame = Encode(encoder, value);
            var enough = new GuardedBytes(frame.Length + SpareBytes);
            Assert.Equal(frame.Length, encoder.Encode(value, enough.Inside));
            var small = new GuardedBytes(frame.Length - 1);
            Assert.Equal(0, encoder.Encode(value, small.Inside));
            Assert.True(enough.IsIntact && small.IsIntact);

            var shortOfOne = new GuardedBytes(value.Length - 1);
            Assert.False(ZstdDecoder.TryDecode(frame, null, shortOfOne.Inside, out int written));
            Assert.Equal(0, written);
            Assert.True(shortOfOne.IsIntact);
            Assert.False(ZstdDecoder.TryDecode(frame, null, [], out _));
        }

        Assert.Equal(0, encoder.Encode([1], []));
    }

    [Fact]
    public void Frames_carry_nothing_that_the_caller_keeps_itself()
    {
        using var encoder = new ZstdEncoder(3, _dictionary);
        byte[] frame = Encode(encoder, Samples.Memory(new Random(1)));
        Assert.Equal(0, frame[0]);
        Assert.Equal(5, Encode(encoder, []).Length);
    }

    [Fact]
    public void Damaged_frames_are_refused_or_decode_to_bytes_that_fit()
    {
        var random = new Random(77);
        foreach (ZstdDictionary? dictionary in new[] { null, _dictionary })
        {
            using var encoder = new ZstdEncoder(3, dictionary);
            foreach (string shape in Samples.Shapes)
            {
                byte[] value = Samples.Of(shape, 600, random);
                AssertSurvives(Encode(encoder, value), dictionary, value.Length);
            }
        }
    }

    [Fact]
    public void Noise_and_what_other_formats_begin_with_is_no_frame()
    {
        var random = new Random(3);
        var room = new GuardedBytes(1 << 16);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            if (noise.Length > 0 && i % 2 == 0)
                noise[0] = 0;
            _ = ZstdDecoder.TryDecode(noise, i % 3 == 0 ? _dictionary : null, room.Inside, out int written);
            Assert.InRange(written, 0, 1 << 16);
        }

        Assert.True(room.IsIntact);
        Assert.False(ZstdDecoder.TryDecode([0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0], null, room.Inside, out _));
        Assert.False(ZstdDecoder.TryDecode([0x28, 0xB5, 0x2F, 0xFD, 0, 0x58, 1, 0, 0], null, room.Inside, out _));
    }

    [Fact]
    public void Two_frames_in_a_row_are_not_one()
    {
        using var encoder = new ZstdEncoder(3, null);
        byte[] frame = Encode(encoder, Samples.Memory(new Random(4)));
        byte[] room = new byte[10_000];
        Assert.True(ZstdDecoder.TryDecode(frame, null, room, out _));
        Assert.False(ZstdDecoder.TryDecode([.. frame, .. frame], null, room, out _));
        Assert.False(ZstdDecoder.TryDecode([.. frame, 0], null, room, out _));
    }

    [Fact]
    public void Another_dictionary_never_gives_the_value()
    {
        using ZstdDictionary other = ZstdDictionary.Load(ZstdTrainer.Train(Samples.Memories(3_000, seed: 8), 16 << 10));
        Assert.NotEqual(_dictionary.Id, other.Id);
        using var encoder = new ZstdEncoder(3, _dictionary);
        foreach (ReadOnlyMemory<byte> record in Samples.Memories(300, seed: 9))
        {
            byte[] frame = Encode(encoder, record.Span);
            foreach (ZstdDictionary? wrong in new[] { null, other })
            {
                var room = new GuardedBytes(record.Length);
                bool decoded = ZstdDecoder.TryDecode(frame, wrong, room.Inside, out int written);
                Assert.False(decoded && room.Inside[..written].SequenceEqual(record.Span));
                Assert.True(room.IsIntact);
            }
        }
    }

    [Fact]
    public void A_dictionary_is_named_by_its_bytes_and_counts_them()
    {
        byte[] bytes = _dictionary.Bytes.ToArray();
        Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes)), _dictionary.Id);
        Assert.InRange(_dictionary.NativeBytes, bytes.Length + 1, bytes.Length + (64 << 10));
        using var encoder = new ZstdEncoder(3, _dictionary);
        using var plain = new ZstdEncoder(3, null);
        Assert.True(encoder.NativeBytes > plain.NativeBytes);
    }

    [Fact]
    public void Bytes_that_are_no_dictionary_are_damage()
    {
        Assert.Equal(StoreFault.Damaged, Assert.Throws<StoreException>(() => ZstdDictionary.Load([]).Dispose()).Fault);
        byte[] bytes = _dictionary.Bytes.ToArray();
        Array.Fill<byte>(bytes, 0xFF, 8, 100);
        Assert.Equal(StoreFault.Damaged, Assert.Throws<StoreException>(() => ZstdDictionary.Load(bytes).Dispose()).Fault);
    }

    [Fact]
    public void A_disposed_dictionary_ends_calls_under_way_well_and_refuses_later_ones()
    {
        using var encoder = new ZstdEncoder(3, _dictionary);
        byte[] value = Samples.Memory(new Random(11));
        byte[] frame = Encode(encoder, value);
        int right = 0;
        using var started = new CountdownEvent(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(DecodeUntilRefused))];
        foreach (Thread thread in threads)
            thread.Start();
        started.Wait(TestContext.Current.CancellationToken);
        _dictionary.Dispose();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(4, right);
        Assert.Equal(frame, Encode(encoder, value));

        void DecodeUntilRefused()
        {
            byte[] room = new byte[value.Length];
            bool same = ZstdDecoder.TryDecode(frame, _dictionary, room, out _);
            started.Signal();
            try
            {
                while (true)
                {
                    same &= ZstdDecoder.TryDecode(frame, _dictionary, room, out _) && room.AsSpan().SequenceEqual(value);
                }
            }
            catch (ObjectDisposedException) when (same)
            {
                Interlocked.Increment(ref right);
            }
        }
    }

    [Fact]
    public void Many_threads_decode_at_once_without_allocating()
    {
        using var encoder = new ZstdEncoder(3, _dictionary);
        ReadOnlyMemory<byte>[] values = Samples.Memories(200, seed: 21);
        byte[][] frames = [.. values.Select(value => Encode(encoder, value.Span))];
        var failures = new List<string>();
        Thread[] threads = [.. Enumerable.Range(0, 24).Select(number => new Thread(() => DecodeAll(number)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(failures);
        Assert.InRange(ZstdDecoder.NativeBytes, 1, 64 * (1 << 20));

        void DecodeAll(int number)
        {
            byte[] room = new byte[8192];
            DecodeOne(number, room);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool right = true;
            const int Calls = 3_000;
            for (int i = 0; i < Calls; i++)
                right &= DecodeOne(number + i, room);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            // The runtime counts whole stretches of its heap: less than the smallest object a call is none.
            const int SmallestObject = 24;
            if (!right || allocated >= Calls * SmallestObject)
            {
                lock (failures)
                    failures.Add($"thread {number}: right {right}, {allocated} bytes allocated");
            }
        }

        bool DecodeOne(int i, byte[] room) =>
            ZstdDecoder.TryDecode(frames[i % frames.Length], _dictionary, room, out int written)
            && room.AsSpan(0, written).SequenceEqual(values[i % frames.Length].Span);
    }

    [Fact]
    public void Training_is_repeatable_and_says_when_there_is_too_little()
    {
        ReadOnlyMemory<byte>[] samples = Samples.Memories(2_000, seed: 30);
        byte[]? once = ZstdTrainer.Train(samples, 8 << 10);
        Assert.NotNull(once);
        Assert.InRange(once.Length, 1 << 10, 8 << 10);
        Assert.Equal(once, ZstdTrainer.Train(samples, 8 << 10));
        Assert.Null(ZstdTrainer.Train([], 8 << 10));
        Assert.Null(ZstdTrainer.Train(samples[..10], 1 << 10));
        Assert.Null(ZstdTrainer.Train(samples[..30], 64 << 10));
        Assert.Null(ZstdTrainer.Train(new ReadOnlyMemory<byte>[100], 1 << 10));
    }

    [Fact]
    public void Training_takes_a_bounded_part_of_a_flood_of_samples()
    {
        byte[] large = Samples.Of("json", 1 << 20, new Random(1));
        ReadOnlyMemory<byte>[] samples = [.. Enumerable.Range(0, 80).Select(i => new ReadOnlyMemory<byte>(large, i * 4096, 1 << 19))];
        Assert.NotNull(ZstdTrainer.Train(samples, 4 << 10));
    }

    private static byte[] Encode(ZstdEncoder encoder, ReadOnlySpan<byte> value)
    {
        byte[] buffer = new byte[Zstd.Bound(value.Length)];
        int length = encoder.Encode(value, buffer);
        Assert.InRange(length, 1, buffer.Length);
        return buffer[..length];
    }

    private static void AssertComesBack(ZstdEncoder encoder, ZstdDictionary? dictionary, byte[] value)
    {
        byte[] frame = Encode(encoder, value);
        var exact = new GuardedBytes(value.Length);
        Assert.True(ZstdDecoder.TryDecode(frame, dictionary, exact.Inside, out int written), $"{value.Length} bytes");
        Assert.Equal(value.Length, written);
        Assert.True(exact.Inside.SequenceEqual(value));
        Assert.True(exact.IsIntact);
    }

    private static void AssertSurvives(byte[] frame, ZstdDictionary? dictionary, int length)
    {
        var room = new GuardedBytes(length);
        for (int at = 0; at < frame.Length; at++)
        {
            Assert.False(ZstdDecoder.TryDecode(frame.AsSpan(0, at), dictionary, room.Inside, out _), $"cut at {at}");
            for (int bit = 0; bit < 8; bit++)
            {
                frame[at] ^= (byte)(1 << bit);
                if (ZstdDecoder.TryDecode(frame, dictionary, room.Inside, out int written))
                    Assert.InRange(written, 0, length);
                frame[at] ^= (byte)(1 << bit);
            }
        }

        Assert.True(room.IsIntact);
    }
}
