using System.Globalization;
using System.Text;
using Thermocline.Store;
using Thermocline.Store.Cold;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>What every cold store does, whatever keeps its objects.</summary>
public sealed class ColdStoreTests(S3Services services)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<ColdKind> Kinds => [.. Enum.GetValues<ColdKind>()];

    public static TheoryData<ColdKind> ConditionalKinds => [.. Enum.GetValues<ColdKind>().Except([ColdKind.Swift])];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_probe_finds_out_about_conditions_and_leaves_nothing(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        Assert.Equal(kind != ColdKind.Swift, (await cold.Store.ProbeAsync(Stop)).ConditionalWrites);
        Assert.Empty(await NamesAsync(cold.Store, ""));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_absent_object_is_an_answer(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        Assert.Null(await cold.Store.GetAsync("tail/w/1", 100, Stop));
        Assert.Null(await cold.Store.HeadAsync("tail/w/1", Stop));
        Assert.False(await cold.Store.ReadAsync("tail/w/1", 0, new byte[4], Stop));
        await cold.Store.DeleteAsync(["tail/w/1", "manifest"], Stop);
        await cold.Store.DeleteAsync([], Stop);
        Assert.Equal(0, await cold.Store.DiscardUnfinishedAsync(DateTimeOffset.UnixEpoch, Stop));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_put_is_read_whole_and_in_parts_until_it_is_replaced_and_deleted(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        string first = await PutAsync(cold.Store, "a/b.seg", "0123456789");
        Assert.Equal("0123456789", await TextAsync(cold.Store, "a/b.seg"));
        Assert.Equal("345", await RangeAsync(cold.Store, "a/b.seg", 3, 3));
        Assert.Equal("9", await RangeAsync(cold.Store, "a/b.seg", 9, 1));
        Assert.Equal("0123456789", await RangeAsync(cold.Store, "a/b.seg", 0, 10));
        Assert.Equal("", await RangeAsync(cold.Store, "a/b.seg", 4, 0));
        ColdHead head = Assert.NotNull(await cold.Store.HeadAsync("a/b.seg", Stop));
        Assert.Equal((10, first), (head.Length, head.Tag));
        Assert.Equal(first, (await cold.Store.GetAsync("a/b.seg", 10, Stop))!.Tag);

        string second = await PutAsync(cold.Store, "a/b.seg", "replaced");
        Assert.NotEqual(first, second);
        Assert.Equal("replaced", await TextAsync(cold.Store, "a/b.seg"));
        using (IColdStore other = cold.OpenAgain())
            Assert.Equal("replaced", await TextAsync(other, "a/b.seg"));

        await cold.Store.DeleteAsync(["a/b.seg", "a/none"], Stop);
        Assert.Null(await cold.Store.GetAsync("a/b.seg", 100, Stop));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_empty_object_is_an_object(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        await PutAsync(cold.Store, "empty", "");
        Assert.Equal("", await TextAsync(cold.Store, "empty"));
        Assert.Equal(0, (await cold.Store.HeadAsync("empty", Stop))!.Value.Length);
        Assert.True(await cold.Store.ReadAsync("empty", 0, Memory<byte>.Empty, Stop));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_range_past_the_end_and_an_object_beyond_the_limit_are_damage(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        await PutAsync(cold.Store, "short", "0123456789");
        foreach ((long offset, int length) in new[] { (8L, 3), (10L, 1), (50L, 5), (0L, 11) })
        {
            StoreException past = await Assert.ThrowsAsync<StoreException>(
                async () => await cold.Store.ReadAsync("short", offset, new byte[length], Stop));
            Assert.Equal(StoreFault.Damaged, past.Fault);
        }

        StoreException large = await Assert.ThrowsAsync<StoreException>(
            async () => await cold.Store.GetAsync("short", 9, Stop));
        Assert.Equal(StoreFault.Damaged, large.Fault);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_listing_has_every_object_below_a_prefix_in_order(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        string[] many =
        [
            .. Enumerable.Range(0, 165).Select(i => string.Create(CultureInfo.InvariantCulture, $"many/{i * 7 % 165:D5}")),
        ];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop };
        await Parallel.ForEachAsync(many, limits, async (name, _) => await PutAsync(cold.Store, name, name));
        foreach (string name in (string[])["manifest", "mane", "many-more", "a/x", "a.y"])
            await PutAsync(cold.Store, name, "x");

        Assert.Equal(many.Order(StringComparer.Ordinal), await NamesAsync(cold.Store, "many/"));
        Assert.Equal(["many/00010", "many/00011"], (await NamesAsync(cold.Store, "many/0001"))[..2]);
        Assert.Equal(["a.y", "a/x"], await NamesAsync(cold.Store, "a"));
        Assert.Equal(many.Length + 5, (await NamesAsync(cold.Store, "")).Count);
        await foreach (ColdEntry entry in cold.Store.ListAsync("mani", Stop))
        {
            Assert.Equal(("manifest", 1), (entry.Name, entry.Length));
            Assert.InRange(entry.LastModified, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        }

        await cold.Store.DeleteAsync(many, Stop);
        Assert.Empty(await NamesAsync(cold.Store, "many/"));
        Assert.Equal(5, (await NamesAsync(cold.Store, "")).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_file_is_uploaded_whole_whatever_its_length(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        foreach (int length in new[] { 0, 100_000, 5 << 20, (12 << 20) + 3 })
        {
            byte[] content = new byte[length];
            new Random(length).NextBytes(content);
            using IFile file = FileOf(content);
            ColdPut put = await cold.Store.UploadAsync("segments/a.seg", file, ColdCondition.None, Stop);
            Assert.True(put.IsDone);
            ColdObject there = Assert.IsType<ColdObject>(await cold.Store.GetAsync("segments/a.seg", length, Stop));
            Assert.True(there.Content.Span.SequenceEqual(content), $"{length} bytes");
            Assert.Equal(put.Tag, there.Tag);
        }
    }

    [Theory]
    [MemberData(nameof(ConditionalKinds))]
    public async Task A_write_takes_place_only_when_its_condition_holds(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        Assert.False((await PutAsync(cold.Store, "m", "x", ColdCondition.IfVersion("\"0123456789abcdef0123456789abcdef\""))).IsDone);
        ColdPut first = await PutAsync(cold.Store, "m", "one", ColdCondition.IfAbsent);
        Assert.True(first.IsDone);
        Assert.False((await PutAsync(cold.Store, "m", "two", ColdCondition.IfAbsent)).IsDone);
        ColdPut second = await PutAsync(cold.Store, "m", "two", ColdCondition.IfVersion(first.Tag!));
        Assert.True(second.IsDone);
        Assert.False((await PutAsync(cold.Store, "m", "three", ColdCondition.IfVersion(first.Tag!))).IsDone);
        Assert.Equal("two", await TextAsync(cold.Store, "m"));
    }

    [Theory]
    [MemberData(nameof(ConditionalKinds))]
    public async Task An_upload_takes_place_only_when_its_condition_holds(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        using IFile small = FileOf("small"u8.ToArray());
        using IFile large = FileOf(new byte[6 << 20]);
        Assert.True((await cold.Store.UploadAsync("s", small, ColdCondition.IfAbsent, Stop)).IsDone);
        Assert.False((await cold.Store.UploadAsync("s", large, ColdCondition.IfAbsent, Stop)).IsDone);
        Assert.Equal("small", await TextAsync(cold.Store, "s"));
        Assert.True((await cold.Store.UploadAsync("l", large, ColdCondition.IfAbsent, Stop)).IsDone);
        Assert.Equal(0, await cold.Store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), Stop));
    }

    [Theory]
    [MemberData(nameof(ConditionalKinds))]
    public async Task Of_many_writers_that_replace_one_version_exactly_one_does(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        using IColdStore other = cold.OpenAgain();
        string tag = await PutAsync(cold.Store, "manifest", "0");
        for (int round = 1; round <= 10; round++)
        {
            ColdPut[] puts = await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => PutOrConflictAsync(
                writer % 2 == 0 ? cold.Store : other, $"{round}/{writer}", ColdCondition.IfVersion(tag))));
            tag = Assert.Single(puts, put => put.IsDone).Tag!;
        }
    }

    [Fact]
    public async Task Swift_refuses_a_condition_and_says_so()
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(ColdKind.Swift, services);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(
            async () => await PutAsync(cold.Store, "m", "x", ColdCondition.IfAbsent));
        Assert.Equal(StoreFault.ColdRefused, refused.Fault);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_name_that_is_not_plain_and_a_cancelled_request_send_nothing(ColdKind kind)
    {
        using ColdUnderTest cold = await ColdUnderTest.OpenAsync(kind, services);
        foreach (string name in (string[])["", "/a", "a/", "a//b", "../a", "a/./b", "a b", "a%2e", "ä", "~lock", "a\\b", new string('a', 201)])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await PutAsync(cold.Store, name, "x"));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cold.Store.GetAsync(name, 1, Stop));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await cold.Store.PutAsync("a", "x"u8.ToArray(), ColdCondition.None, new CancellationToken(canceled: true)));
        Assert.Empty(await NamesAsync(cold.Store, ""));
    }

    private static IFile FileOf(byte[] content)
    {
        IFile file = new MemoryFiles().Create("source", 0);
        file.Write(content, 0);
        return file;
    }

    // A store may answer that two writes met; then neither is done, which is what these tests look at.
    private static async Task<ColdPut> PutOrConflictAsync(IColdStore store, string text, ColdCondition condition)
    {
        await Task.Yield();
        return await PutAsync(store, "manifest", text, condition);
    }

    private static async Task<string> PutAsync(IColdStore store, string name, string text) =>
        (await PutAsync(store, name, text, ColdCondition.None)).Tag!;

    private static async Task<ColdPut> PutAsync(IColdStore store, string name, string text, ColdCondition condition) =>
        await store.PutAsync(name, Encoding.UTF8.GetBytes(text), condition, Stop);

    private static async Task<string?> TextAsync(IColdStore store, string name) =>
        await store.GetAsync(name, 1000, Stop) is { } found ? Encoding.UTF8.GetString(found.Content.Span) : null;

    private static async Task<string> RangeAsync(IColdStore store, string name, long offset, int length)
    {
        byte[] bytes = new byte[length];
        Assert.True(await store.ReadAsync(name, offset, bytes, Stop));
        return Encoding.UTF8.GetString(bytes);
    }

    private static async Task<List<string>> NamesAsync(IColdStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (ColdEntry entry in store.ListAsync(prefix, Stop))
            names.Add(entry.Name);
        return names;
    }
}
