using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

public sealed class ManifestStoreTests : IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly MemoryColdStore _bucket;

    public ManifestStoreTests() => _bucket = new MemoryColdStore(_time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _bucket.Dispose();

    [Fact]
    public async Task Each_claim_raises_the_epoch_and_keeps_what_was_published()
    {
        using ManifestStore first = await ClaimAsync('1');
        await PublishAsync(first, 1);
        using ManifestStore second = await ClaimAsync('2');
        Assert.Equal((2, Manifests.Writer('2'), 3), (second.Current!.Epoch, second.Current.Writer, second.Current.Generation));
        Assert.Equal([Manifests.Segment(1, 1)], second.Current.Segments);
        Assert.False(second.Status.SingleWriter);
        Manifest read = (await second.ReadAsync(Stop))!.Manifest;
        Assert.Equal((2, 3), (read.Epoch, read.Generation));
    }

    [Theory]
    [InlineData(ConditionSupport.Honoured)]
    [InlineData(ConditionSupport.Refused)]
    [InlineData(ConditionSupport.Ignored)]
    public async Task After_a_later_claim_the_earlier_writer_is_fenced_for_good(ConditionSupport conditions)
    {
        using var bucket = new MemoryColdStore(_time, conditions);
        using ManifestStore zombie = await ClaimAsync('1', bucket);
        await PublishAsync(zombie, 1);
        using ManifestStore present = await ClaimAsync('2', bucket);
        await PublishAsync(present, 2);
        for (int i = 0; i < 2; i++)
        {
            StoreException fenced = await Assert.ThrowsAsync<StoreException>(() => PublishAsync(zombie, 3));
            Assert.Equal(StoreFault.Fenced, fenced.Fault);
        }

        Assert.Contains(Manifests.Writer('2'), zombie.Status.FencedBy, StringComparison.Ordinal);
        await PublishAsync(present, 4);
        Assert.Equal([1, 2, 4], (await present.ReadAsync(Stop))!.Manifest.Segments.Select(segment => segment.First));
        Assert.Equal(conditions != ConditionSupport.Honoured, present.Status.SingleWriter);
    }

    [Fact]
    public async Task Two_claims_that_meet_leave_one_winner()
    {
        // The second claim lands between the read and the write of the first.
        ManifestStore? second = null;
        bool met = false;
        _bucket.Rule = call =>
        {
            if (call.Kind == ColdOperation.Put && call.Name == ObjectNames.Manifest && !met)
            {
                met = true;
                second = new ManifestStore(_bucket, _time);
                second.ClaimAsync(Manifests.StoreId, Manifests.Writer('2'), Stop).AsTask().GetAwaiter().GetResult();
            }

            return ColdTrouble.None;
        };
        using ManifestStore first = await ClaimAsync('1');
        Assert.Equal(2, first.Current!.Epoch);
        Assert.Equal(StoreFault.Fenced, (await Assert.ThrowsAsync<StoreException>(() => PublishAsync(second!, 1))).Fault);
        await PublishAsync(first, 1);
        second!.Dispose();
    }

    [Theory]
    [InlineData(ConditionSupport.Honoured)]
    [InlineData(ConditionSupport.Refused)]
    public async Task A_publication_whose_answer_was_lost_is_not_lost_and_not_doubled(ConditionSupport conditions)
    {
        // Without retries around it, so that the next publication meets the consequences.
        using var bucket = new MemoryColdStore(_time, conditions);
        using ManifestStore manifests = await ClaimAsync('1', bucket);
        bucket.Rule = call => call.Kind == ColdOperation.Put ? ColdTrouble.AnswerLost : ColdTrouble.None;
        Assert.Equal(StoreFault.ColdUnavailable, (await Assert.ThrowsAsync<StoreException>(() => PublishAsync(manifests, 1))).Fault);
        bucket.Rule = null;
        await PublishAsync(manifests, 2);
        await PublishAsync(manifests, 1);
        Assert.Equal([1, 2], (await manifests.ReadAsync(Stop))!.Manifest.Segments.Select(segment => segment.First));
    }

    [Theory]
    [InlineData(ConditionSupport.Honoured)]
    [InlineData(ConditionSupport.Refused)]
    public async Task A_manifest_that_arrives_late_takes_nothing_back(ConditionSupport conditions)
    {
        using var bucket = new MemoryColdStore(_time, conditions);
        using ManifestStore manifests = await ClaimAsync('1', bucket);
        bucket.Next(conditions == ConditionSupport.Honoured ? [ColdTrouble.Late] : [ColdTrouble.None, ColdTrouble.Late]);
        await Assert.ThrowsAsync<StoreException>(() => PublishAsync(manifests, 1));
        await PublishAsync(manifests, 2);
        Assert.Equal(1, bucket.DeliverLate());

        await PublishAsync(manifests, 3);
        Assert.Equal([2, 3], (await manifests.ReadAsync(Stop))!.Manifest.Segments.Select(segment => segment.First));
    }

    [Fact]
    public async Task A_stale_reading_is_not_built_on()
    {
        using ManifestStore before = await ClaimAsync('1');
        await PublishAsync(before, 1);
        await PublishAsync(before, 2);

        // The claim reads the manifest before the last: its write fails and it reads again.
        bool stale = true;
        _bucket.Rule = call => call.Kind == ColdOperation.Get && call.Name == ObjectNames.Manifest && stale && !(stale = false)
            ? ColdTrouble.Stale : ColdTrouble.None;
        using ManifestStore manifests = await ClaimAsync('2');
        Assert.Equal(2, manifests.Current!.Segments.Count);

        // After a lost answer the readings are stale for a while: nobody is fenced by that, and nothing is forgotten.
        _bucket.Rule = null;
        _bucket.Next(ColdTrouble.AnswerLost);
        await Assert.ThrowsAsync<StoreException>(() => PublishAsync(manifests, 3));
        int reads = 0;
        _bucket.Rule = call => call.Kind == ColdOperation.Get && reads++ < 3 ? ColdTrouble.Stale : ColdTrouble.None;
        await PublishAsync(manifests, 4);
        Assert.Equal([1, 2, 3, 4], (await manifests.ReadAsync(Stop))!.Manifest.Segments.Select(segment => segment.First));
        Assert.True(manifests.Status.Reapplied >= 4);
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_newer_or_gone_is_told_and_never_replaced()
    {
        using ManifestStore manifests = await ClaimAsync('1');
        await PublishAsync(manifests, 1);
        foreach ((Func<byte[], byte[]> change, StoreFault fault) in new (Func<byte[], byte[]>, StoreFault)[]
        {
            (bytes => bytes[..^1], StoreFault.Damaged),
            (_ => [], StoreFault.Damaged),
            (_ => "{\"version\":2}"u8.ToArray(), StoreFault.Unsupported),
        })
        {
            byte[] hostile = [];
            _bucket.Corrupt(ObjectNames.Manifest, bytes => hostile = change(bytes));
            Assert.Equal(fault, (await Assert.ThrowsAsync<StoreException>(() => ClaimAsync('2'))).Fault);
            byte[] there = (await _bucket.GetAsync(ObjectNames.Manifest, 1 << 20, Stop))!.Content.ToArray();
            Assert.Equal(hostile, there);
        }

        await _bucket.DeleteAsync([ObjectNames.Manifest], Stop);
        Assert.Equal(StoreFault.ColdRefused, (await Assert.ThrowsAsync<StoreException>(() => PublishAsync(manifests, 2))).Fault);
    }

    [Fact]
    public async Task Another_stores_bucket_is_refused()
    {
        using ManifestStore manifests = await ClaimAsync('1');
        using var other = new ManifestStore(_bucket, _time);
        StoreException told = await Assert.ThrowsAsync<StoreException>(
            () => other.ClaimAsync(Guid.NewGuid(), Manifests.Writer('2'), Stop).AsTask());
        Assert.Equal(StoreFault.ColdRefused, told.Fault);
        Assert.Contains(Manifests.StoreId.ToString(), told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_publishes_nothing()
    {
        using ManifestStore manifests = await ClaimAsync('1');
        await PublishAsync(manifests, 1);
        long puts = _bucket.Calls.Count(call => call.Kind == ColdOperation.Put);
        await PublishAsync(manifests, 1);
        Assert.Equal(puts, _bucket.Calls.Count(call => call.Kind == ColdOperation.Put));
        Assert.Equal((1, 2), (manifests.Status.Published, manifests.Status.Generation));
    }

    [Fact]
    public async Task Many_threads_publish_through_one_store_and_nothing_is_lost()
    {
        using ManifestStore manifests = await ClaimAsync('1');
        await Parallel.ForAsync(1, 101, Stop, async (number, _) => await manifests.PublishAsync(Manifests.Adding(Manifests.Segment(number, number)), Stop));
        Assert.Equal(Enumerable.Range(1, 100), manifests.Current!.Segments.Select(segment => segment.First));
        Assert.Equal(101, manifests.Current.Generation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_fails_what_was_published_stays_and_only_the_last_claim_publishes(int seed)
    {
        var random = new Random(seed);
        var expected = new SortedSet<int>();
        using var patient = new ResilientColdStore(_bucket, new ResilienceOptions { CircuitFailures = 1000 }, _time, random.NextDouble);
        _bucket.Rule = _ => random.Next(10) switch
        {
            0 => ColdTrouble.Unavailable,
            1 => ColdTrouble.AnswerLost,
            2 => ColdTrouble.Duplicate,
            3 => ColdTrouble.Late,
            4 => ColdTrouble.Conflict,
            5 => ColdTrouble.Stale,
            _ => ColdTrouble.None,
        };
        var claimed = new List<ManifestStore>();
        for (int step = 0; step < 300; step++)
        {
            if (claimed.Count == 0 || random.Next(20) == 0)
            {
                var next = new ManifestStore(patient, _time);
                claimed.Add(next);
                string id = Writer(random);
                while (!await DoneAsync(() => next.ClaimAsync(Manifests.StoreId, id, Stop).AsTask()))
                    _bucket.DeliverLate();
                continue;
            }

            bool present = random.Next(4) > 0;
            ManifestStore writer = present ? claimed[^1] : claimed[random.Next(claimed.Count)];
            if (await DoneAsync(() => writer.PublishAsync(Manifests.Adding(Manifests.Segment(step + 1, step + 1)), Stop).AsTask()))
                expected.Add(step + 1);
            if (random.Next(5) == 0)
                _bucket.DeliverLate();
        }

        _bucket.DeliverLate();
        _bucket.Rule = null;
        using ManifestStore last = await ClaimAsync('f');
        Assert.Superset(expected, last.Current!.Segments.Select(segment => segment.First).ToHashSet());
        Assert.True(expected.Count > 50, $"{expected.Count} published");
        claimed.ForEach(manifests => manifests.Dispose());
    }

    private static string Writer(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private async Task<bool> DoneAsync(Func<Task<Manifest>> work)
    {
        try
        {
            await _time.RunAsync(work, Stop);
            return true;
        }
        catch (StoreException told) when (told.Fault is StoreFault.ColdUnavailable or StoreFault.Fenced)
        {
            return false;
        }
    }

    private async Task<ManifestStore> ClaimAsync(char writer, MemoryColdStore? bucket = null)
    {
        var manifests = new ManifestStore(bucket ?? _bucket, _time);
        await _time.RunAsync(() => manifests.ClaimAsync(Manifests.StoreId, Manifests.Writer(writer), Stop).AsTask(), Stop);
        return manifests;
    }

    private Task<Manifest> PublishAsync(ManifestStore manifests, int segment) =>
        _time.RunAsync(() => manifests.PublishAsync(Manifests.Adding(Manifests.Segment(segment, segment)), Stop).AsTask(), Stop);
}
