using Thermocline.Events.Checks;
using Thermocline.Events.Embedded.Blocks;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class BlocksTests
{
    private const int Seed = 20261121;

    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(Seed);
        for (int round = 0; round < 200; round++)
        {
            EventDraft[] drafts = [.. Enumerable.Range(0, random.Next(1, 50)).Select(_ => Draw(random))];
            byte[] block = Encode(drafts, out long[] times);
            var reader = new BlockReader(block, block.Length);
            Assert.True(reader.TryStart());
            Assert.Equal(drafts.Length, reader.Count);
            for (int i = 0; i < drafts.Length; i++)
            {
                Assert.True(reader.TryNext(out EventView view));
                Assert.Equal(drafts[i].Payload.Span, block.AsSpan(view.Payload));
                Assert.Equal((drafts[i].Context ?? "", drafts[i].ContentType ?? "", times[i]), (view.Context, view.ContentType, view.PublishedAtMs));
                Assert.Equal(string.IsNullOrEmpty(drafts[i].Id) ? null : drafts[i].Id, view.IdIn(block));
                Assert.Equal(drafts[i].Metadata ?? new Dictionary<string, string>(), view.MetadataIn(block));
                Assert.Equal(drafts[i].ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue, view.ExpiresAtMs);
            }

            Assert.False(reader.TryNext(out _));
        }
    }

    [Fact]
    public void An_event_of_a_context_like_its_neighbours_takes_two_bytes_more_than_its_payload()
    {
        EventDraft[] drafts = [.. Enumerable.Repeat(new EventDraft { Payload = new byte[100], Context = "c", ContentType = "t" }, 1_000)];
        byte[] block = Encode(drafts, out _, sameTime: true);
        Assert.InRange(block.Length, 102_000, 102_100);
    }

    [Fact]
    public void Hostile_blocks_end_in_a_refusal()
    {
        var random = new Random(Seed);
        int refused = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] block = round % 4 == 0 ? Noise(random) : Encode([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Draw(random))], out _);
            for (int change = random.Next(1, 4); change > 0; change--)
                block[random.Next(block.Length)] = (byte)random.Next(256);
            int length = random.Next(3) == 0 ? random.Next(block.Length + 1) : block.Length;
            var reader = new BlockReader(block, length);
            bool good = reader.TryStart();
            while (good && reader.Taken < reader.Count)
            {
                good = reader.TryNext(out EventView view);
                if (good)
                    AssertInside(view, block, length);
            }

            refused += good ? 0 : 1;
        }

        Assert.InRange(refused, 100_000, 199_999);
    }

    [Fact]
    public void Records_are_read_again_and_hostile_ones_refused()
    {
        var record = new GroupRecord("gruppe", 1_000, [(1_003, 5), (1_010, 1)], [(1_000, 3), (1_009, 1)]);
        byte[] bytes = record.Encode();
        GroupRecord read = GroupRecord.Decode(bytes)!;
        Assert.Equal((record.Name, record.Floor), (read.Name, read.Floor));
        Assert.Equal(record.Handled, read.Handled);
        Assert.Equal(record.Attempts, read.Attempts);
        Assert.Equal(new TopicRecord("thema", 77), TopicRecord.Decode(new TopicRecord("thema", 77).Encode()));
        for (int cut = 0; cut < bytes.Length; cut++)
            Assert.Null(GroupRecord.Decode(bytes.AsSpan(0, cut)));
        var random = new Random(Seed);
        for (int round = 0; round < 200_000; round++)
        {
            byte[] hostile = [.. bytes];
            for (int change = random.Next(1, 4); change > 0; change--)
                hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
            if (GroupRecord.Decode(hostile) is { } other)
                Assert.All(other.Handled, run => Assert.True(run.First >= other.Floor && run.Count > 0));
            _ = TopicRecord.Decode(hostile);
        }
    }

    [Fact]
    public void Keys_order_as_offsets_do()
    {
        BlockPlace[] places = [new(0, 1, 20), new(1, 300, 20), new(301, 1, 20), new(1L << 40, 5, 70_000)];
        byte[][] keys = [.. places.Select(static place => EventKeys.Block(3, place))];
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.True(EventKeys.TryBlock(keys[i], out BlockPlace place));
            Assert.Equal(places[i], place);
            Assert.True(keys[i].AsSpan().StartsWith(EventKeys.BlocksOf(3)));
            Assert.True(i == 0 || keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0);
        }

        Assert.False(EventKeys.TryBlock(keys[0].AsSpan(1), out _));
    }

    private static void AssertInside(in EventView view, byte[] block, int length)
    {
        foreach (Range range in new[] { view.Payload, view.Id, view.Metadata })
            Assert.InRange(range.End.Value, 0, length);
        _ = view.IdIn(block);
        _ = view.MetadataIn(block);
        _ = DateTimeOffset.FromUnixTimeMilliseconds(view.PublishedAtMs);
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(17, 200)];
        random.NextBytes(bytes);
        bytes[0] = BlockWriter.Mark;
        bytes.AsSpan(1, 3).Clear();
        bytes.AsSpan(5, 3).Clear();
        bytes.AsSpan(14, 2).Clear();
        return bytes;
    }

    private static byte[] Encode(EventDraft[] drafts, out long[] times, bool sameTime = false)
    {
        var writer = new BlockWriter();
        times = new long[drafts.Length];
        for (int i = 0; i < drafts.Length; i++)
        {
            times[i] = sameTime ? 1_700_000_000_000 : 1_700_000_000_000 + (i % 3 * 1_000) - (i % 7);
            Assert.Equal(PublishOutcome.Done, DraftRules.Check(drafts.AsSpan(i, 1), 0, out int encoded).Outcome);
            int before = writer.Length;
            writer.Add(drafts.AsSpan(i, 1), encoded, times[i]);
            Assert.InRange(writer.Length - before, 2, encoded + BlockWriter.HeaderBytes);
        }

        byte[] block = writer.Finish().ToArray();
        writer.Clear();
        return block;
    }

    private static EventDraft Draw(Random random)
    {
        var payload = new byte[random.Next(40)];
        random.NextBytes(payload);
        return new EventDraft
        {
            Payload = payload,
            Context = random.Next(3) == 0 ? null! : $"context {random.Next(3)}",
            Id = random.Next(2) == 0 ? "" : $"id {random.Next()} ü",
            ContentType = random.Next(2) == 0 ? null! : random.Next(2) == 0 ? "a/b" : "application/json",
            Metadata = random.Next(3) == 0 ? Enumerable.Range(0, random.Next(4)).ToDictionary(static i => $"m{i}", static i => $"v{i}") : null,
            ExpiresAt = random.Next(3) == 0 ? DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + random.Next(-5_000, 5_000)) : null,
        };
    }
}
