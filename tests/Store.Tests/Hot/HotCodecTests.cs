using System.Buffers;
using System.Text;
using Thermocline.Store.Accounting;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;
using Thermocline.Store.Hot;
using Thermocline.Store.Tests.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Hot;

public sealed class HotCodecTests
{
    private const int FrameBytesMax = 1 << 20;
    private readonly MemoryAccount _account = new MemoryLedger().Open("test", "codec", MemoryKind.Native);

    [Fact]
    public void Any_frame_comes_back_and_is_never_longer_than_it_was()
    {
        var dictionaries = new HotDictionaries();
        using HotCodec codec = New(dictionaries, FrameBytesMax);
        codec.Use([new CollectionDictionary("c", Dictionary(1))], static () => 0);
        var random = new Random(8);
        // A large frame first, then many small ones: the encoder must not want other memory for them.
        CheckOne(codec, dictionaries, FrameOf("c", "text", FrameBytesMax - 200, random));
        for (int i = 0; i < 5_000; i++)
        {
            string shape = Samples.Shapes[i % Samples.Shapes.Length];
            int length = random.Next(10) == 0 ? random.Next(60_000) : random.Next(1_500);
            CheckOne(codec, dictionaries, FrameOf(random.Next(2) == 0 ? "c" : "ω", shape, length, random));
        }

        foreach (string shape in Samples.Shapes)
            CheckOne(codec, dictionaries, FrameOf("c", shape, FrameBytesMax - 200, random));
        foreach (int length in new[] { 800, 30_000, FrameBytesMax - 200, 800 })
        {
            byte[] frame = FrameOf("c", "json", length, random);
            Assert.True(CheckOne(codec, dictionaries, frame) < frame.Length * 3 / 4);
        }
    }

    [Theory]
    [InlineData(nameof(Codec.Lz4), true)]
    [InlineData(nameof(Codec.Raw), false)]
    public void Without_zstd_frames_come_back_all_the_same(string by, bool smaller)
    {
        var dictionaries = new HotDictionaries();
        using var codec = new HotCodec(dictionaries, Enum.Parse<Codec>(by), FrameBytesMax, 64 << 10, _account);
        codec.Use([new CollectionDictionary("c", Dictionary(1))], static () => 0);
        var random = new Random(8);
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = FrameOf("c", Samples.Shapes[i % Samples.Shapes.Length], random.Next(60_000), random);
            CheckOne(codec, dictionaries, frame);
        }

        byte[] text = FrameOf("c", "json", 30_000, random);
        Assert.Equal(smaller, CheckOne(codec, dictionaries, text) < text.Length * 3 / 4);
    }

    [Theory]
    [InlineData(9_000, 16 << 10)]
    [InlineData(9_000, 240 << 10)]
    [InlineData(200_000, 240 << 10)]
    [InlineData(FrameBytesMax - 200, 240 << 10)]
    [InlineData(9_000, 4 << 20)]
    [InlineData(FrameBytesMax - 200, 4 << 20)]
    public void The_reserved_memory_suffices_for_large_frames_with_a_dictionary_and_without(int length, int dictionaryBytes)
    {
        var dictionaries = new HotDictionaries();
        using var codec = New(dictionaries, FrameBytesMax);
        ZstdDictionary dictionary = ZstdDictionary.Load(Samples.Of("json", dictionaryBytes, new Random(6)));
        codec.Use([new CollectionDictionary("c", dictionary)], static () => 0);
        var random = new Random(2);
        foreach (string collection in new[] { "c", "other" })
        {
            byte[] frame = FrameOf(collection, "json", length, random);
            Assert.True(CheckOne(codec, dictionaries, frame) < frame.Length * 3 / 4);
        }
    }

    [Fact]
    public void A_small_tier_needs_little_memory_and_its_frames_get_smaller_too()
    {
        var dictionaries = new HotDictionaries();
        using var codec = New(dictionaries, 32 << 10);
        codec.Use([new CollectionDictionary("c", Dictionary(1))], static () => 0);
        Assert.InRange(_account.Bytes, 1, 1 << 20);
        byte[] frame = FrameOf("c", "json", 32_000, new Random(3));
        Assert.True(CheckOne(codec, dictionaries, frame) < frame.Length * 3 / 4);
    }

    [Fact]
    public void Frames_of_dictionaries_that_are_no_longer_used_come_back_and_unneeded_numbers_are_given_again()
    {
        var dictionaries = new HotDictionaries();
        var codec = New(dictionaries, FrameBytesMax);
        var random = new Random(4);
        byte[] frame = FrameOf("c", "json", 800, random);
        codec.Use([new CollectionDictionary("c", Dictionary(1))], static () => 0);
        byte[] kept = Encode(codec, frame);
        ulong inUse = 1UL << new StoredFrame(kept).Dictionary;
        Assert.NotEqual(1UL, inUse);
        for (int seed = 2; seed < 70; seed++)
        {
            codec.Use([new CollectionDictionary("c", Dictionary(seed))], () => inUse);
            byte[] stored = Encode(codec, frame);
            Assert.NotEqual(new StoredFrame(kept).Dictionary, new StoredFrame(stored).Dictionary);
            CheckRestored(dictionaries, stored, frame);
            CheckRestored(dictionaries, kept, frame);
        }

        codec.Dispose();
        Assert.Equal((0, 0), (_account.Bytes, _account.Figures.Mistakes));
    }

    [Fact]
    public void A_frame_whose_dictionary_is_gone_or_whose_length_is_wrong_is_not_answered()
    {
        var dictionaries = new HotDictionaries();
        using var codec = New(dictionaries, FrameBytesMax);
        codec.Use([new CollectionDictionary("c", Dictionary(1))], static () => 0);
        byte[] frame = FrameOf("c", "json", 800, new Random(5));
        byte[] key = new Frame(frame).Key.ToArray();
        byte[] stored = Encode(codec, frame);
        Assert.True(dictionaries.TryRead(new StoredFrame(stored), key, out byte[]? rented));
        ArrayPool<byte>.Shared.Return(rented!);
        Assert.True(dictionaries.TryRead(new StoredFrame(stored), Keys.Compose("c", "other key"), out rented));
        Assert.Null(rented);

        byte[] longer = [.. stored];
        longer[12]++;
        Assert.False(dictionaries.TryRead(new StoredFrame(longer), key, out rented));
        Assert.Null(rented);
        dictionaries.Forget(0);
        Assert.False(dictionaries.TryRead(new StoredFrame(stored), key, out rented));
        Assert.Null(rented);
    }

    private HotCodec New(HotDictionaries dictionaries, int frameBytesMax) => new(dictionaries, HotCodec.Best, frameBytesMax, 64 << 10, _account);

    private static ZstdDictionary Dictionary(int seed) =>
        ZstdDictionary.Load(ZstdTrainer.Train(Samples.Memories(600, seed), 16 << 10)!);

    private static byte[] FrameOf(string collection, string shape, int length, Random random)
    {
        var operation = new WriteOperation
        {
            Key = Keys.Compose(collection, $"ключ {random.Next()}"),
            Metadata = Samples.Of("text", random.Next(3) * 20, random),
            Value = Samples.Of(shape, length, random),
            ExpiresAt = random.Next(2) == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(1L << 45)),
        };
        var place = new FramePlace(7, (ulong)random.NextInt64(), 0, 0, random.NextInt64(1L << 45), (FrameCodec)(random.Next(2) * 2));
        var frame = new byte[Frame.SizeOf(operation.Key.Length, operation.Metadata.Length, length)];
        FrameEncoder.Encode(operation, random.Next(2) == 0 ? FrameFlags.None : FrameFlags.BatchContinues, place, frame);
        return frame;
    }

    private static int CheckOne(HotCodec codec, HotDictionaries dictionaries, byte[] frame)
    {
        byte[] stored = Encode(codec, frame);
        Assert.InRange(stored.Length, 1, frame.Length);
        CheckRestored(dictionaries, stored, frame);
        return stored.Length;
    }

    private static byte[] Encode(HotCodec codec, byte[] frame)
    {
        int length = codec.Encode(new Frame(frame), 0x12_3456_789A, codec.Staging);
        byte[] stored = codec.Staging[..length].ToArray();
        Assert.Equal(length, StoredFrame.LengthOf(stored));
        Assert.Equal(0x12_3456_789AUL, new StoredFrame(stored).Tag);
        Assert.Equal(frame.Length, new StoredFrame(stored).FrameBytes);
        return stored;
    }

    /// <summary>All but the checksums and the links, which belong to a place on disk.</summary>
    private static void CheckRestored(HotDictionaries dictionaries, byte[] stored, byte[] frame)
    {
        Assert.True(dictionaries.TryRead(new StoredFrame(stored), new Frame(frame).Key, out byte[]? rented), Encoding.UTF8.GetString(new Frame(frame).Key));
        Assert.NotNull(rented);
        Assert.True(rented.AsSpan(8, 32).SequenceEqual(frame.AsSpan(8, 32)));
        Assert.True(rented.AsSpan(48, frame.Length - 48).SequenceEqual(frame.AsSpan(48)));
        ArrayPool<byte>.Shared.Return(rented);
    }
}
