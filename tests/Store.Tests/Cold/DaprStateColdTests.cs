using System.Text;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.Wire;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

/// <summary>What is particular to a state store of Dapr's as cold store; what every cold store does is tested with the others.</summary>
public sealed class DaprStateColdTests : IDisposable
{
    private const int Large = (DaprHead.PartBytes * 2) + 12_345;

    private static readonly ResilienceOptions Eager = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        RetryDelayMax = TimeSpan.FromMilliseconds(5),
        CircuitFailures = 1_000,
    };

    private readonly StateStandIn _dapr = new();
    private readonly DaprStateCold _direct;

    public DaprStateColdTests() => _direct = new DaprStateCold(_dapr.Options, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _direct.Dispose();
        _dapr.Dispose();
    }

    [Theory]
    [InlineData(WireFault.Reset)]
    [InlineData(WireFault.AnswerLost)]
    public async Task Killed_at_any_request_it_leaves_whole_objects_and_every_acknowledged_one(WireFault last)
    {
        int requests = await RunAsync(int.MaxValue, WireFault.None, _dapr.Options, []);
        for (int number = 0; number < requests; number++)
        {
            using var dapr = new StateStandIn();
            var acknowledged = new Dictionary<string, byte[]?>();
            await RunAsync(number, last, dapr.Options, acknowledged);
            using var store = new DaprStateCold(dapr.Options, TimeProvider.System);
            await CheckAsync(store, dapr, acknowledged, $"killed at {number}, {last}");
        }
    }

    [Theory]
    [InlineData(WireFault.Busy)]
    [InlineData(WireFault.AnswerLost)]
    [InlineData(WireFault.CutBody)]
    public async Task Any_request_may_go_wrong_once(WireFault fault)
    {
        int requests = await RunAsync(int.MaxValue, WireFault.None, _dapr.Options, []);
        for (int number = 0; number < requests; number++)
        {
            using var dapr = new StateStandIn();
            await using var wire = new FaultProxy(dapr.Address);
            int passed = 0;
            wire.Rule = _ => Interlocked.Increment(ref passed) == number + 1 ? fault : WireFault.None;
            using var store = new ResilientColdStore(
                new DaprStateCold(dapr.Options with { Endpoint = wire.Address }, TimeProvider.System), Eager, TimeProvider.System);
            var acknowledged = new Dictionary<string, byte[]?>();
            await ScenarioAsync(store, acknowledged);
            Assert.Equal(Last, acknowledged["manifest"]);
            using var direct = new DaprStateCold(dapr.Options, TimeProvider.System);
            await CheckAsync(direct, dapr, acknowledged, $"{fault} at {number}");
        }
    }

    [Fact]
    public async Task Parts_without_a_head_are_no_object_and_are_discarded_by_age()
    {
        await using var wire = new FaultProxy(_dapr.Address);
        int saves = 0;
        wire.Rule = request => request.Method == "POST" && Interlocked.Increment(ref saves) > 3 ? WireFault.Reset : WireFault.None;
        using var store = new DaprStateCold(_dapr.Options with { Endpoint = wire.Address }, TimeProvider.System);
        using IFile file = FileOf(Bytes(Large, 1));
        Assert.Equal(StoreFault.ColdUnavailable, (await Assert.ThrowsAsync<StoreException>(
            async () => await store.UploadAsync("segments/a.seg", file, ColdCondition.IfAbsent, Stop))).Fault);
        Assert.Contains(_dapr.Keys, key => key.Contains("~~p~", StringComparison.Ordinal));
        Assert.Null(await _direct.HeadAsync("segments/a.seg", Stop));
        Assert.Empty(await NamesAsync(_direct));
        Assert.Equal(0, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(-1), Stop));
        Assert.Equal(1, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Stop));
        Assert.DoesNotContain(_dapr.Keys, key => key.Contains("~~p~", StringComparison.Ordinal));
        Assert.Equal(0, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Stop));
    }

    [Fact]
    public async Task A_second_claim_fences_the_first_writer()
    {
        using var other = new DaprStateCold(_dapr.Options, TimeProvider.System);
        using var zombie = new ManifestStore(_direct, TimeProvider.System);
        await zombie.ClaimAsync(Manifests.StoreId, Manifests.Writer('1'), Stop);
        await zombie.PublishAsync(Manifests.Adding(Manifests.Segment(1, 1)), Stop);
        using var present = new ManifestStore(other, TimeProvider.System);
        await present.ClaimAsync(Manifests.StoreId, Manifests.Writer('2'), Stop);
        await present.PublishAsync(Manifests.Adding(Manifests.Segment(2, 2)), Stop);
        Assert.Equal(StoreFault.Fenced, (await Assert.ThrowsAsync<StoreException>(
            async () => await zombie.PublishAsync(Manifests.Adding(Manifests.Segment(3, 3)), Stop))).Fault);
        Assert.Equal([1, 2], (await present.ReadAsync(Stop))!.Manifest.Segments.Select(segment => segment.First));
        Assert.False(present.Status.SingleWriter);
    }

    [Fact]
    public async Task A_range_asks_for_the_parts_it_lies_in_alone()
    {
        byte[] content = Bytes(DaprHead.PartBytes * 5, 2);
        await _direct.PutAsync("a", content, ColdCondition.None, Stop);
        foreach ((int offset, int length, int parts) in new[] { (0, 1, 1), (DaprHead.PartBytes - 1, 2, 2), (DaprHead.PartBytes, DaprHead.PartBytes, 1), (7, DaprHead.PartBytes * 4, 5) })
        {
            int before = _dapr.Requests;
            byte[] range = new byte[length];
            Assert.True(await _direct.ReadAsync("a", offset, range, Stop));
            Assert.True(range.AsSpan().SequenceEqual(content.AsSpan(offset, length)));
            Assert.Equal(parts + 1, _dapr.Requests - before);
        }

        Assert.InRange(_dapr.RequestBytesMax, DaprHead.PartBytes, DaprStateApi.BodyBytesMax);
        Assert.All(_dapr.Keys, key => Assert.DoesNotContain(key, each => each is '|' or '/'));
    }

    [Fact]
    public async Task A_part_that_is_another_ones_wrong_or_gone_is_damage()
    {
        await _direct.PutAsync("a", Bytes(Large, 3), ColdCondition.None, Stop);
        string[] parts = [.. _dapr.Keys.Where(key => key.Contains("~~p~", StringComparison.Ordinal))];
        byte[] first = _dapr[parts[0]];
        byte[] changed = [.. first];
        changed[^1] ^= 1;
        foreach (byte[] wrong in new[] { changed, _dapr[parts[1]], first[..^1], [] })
        {
            _dapr[parts[0]] = wrong;
            await AssertDamagedAsync();
        }

        _dapr[parts[0]] = first;
        Assert.NotNull(await _direct.GetAsync("a", Large, Stop));
        using var http = new HttpClient { BaseAddress = _dapr.Address };
        await http.DeleteAsync(new Uri("/v1.0/state/archive/" + parts[1], UriKind.Relative), Stop);
        await AssertDamagedAsync();

        async Task AssertDamagedAsync() => Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(
            async () => await _direct.GetAsync("a", Large, Stop))).Fault);
    }

    [Fact]
    public async Task What_a_newer_version_wrote_is_unsupported()
    {
        await _direct.PutAsync("a", "x"u8.ToArray(), ColdCondition.None, Stop);
        string key = Assert.Single(_dapr.Keys, key => key.EndsWith("~~o~a", StringComparison.Ordinal));
        byte[] newer = Encoding.ASCII.GetBytes("object 2 whatever\n");
        _dapr[key] = [.. Encoding.ASCII.GetBytes($"{Checksum.Of(newer):x8} "), .. newer];
        Assert.Equal(StoreFault.Unsupported, (await Assert.ThrowsAsync<StoreException>(
            async () => await _direct.GetAsync("a", 10, Stop))).Fault);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_state_store_without_etags_is_refused(bool gives, bool honours)
    {
        using var dapr = new StateStandIn { GivesEtags = gives, HonoursEtags = honours };
        using var store = new DaprStateCold(dapr.Options, TimeProvider.System);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(async () => await store.ProbeAsync(Stop));
        Assert.Equal(StoreFault.ColdRefused, refused.Fault);
        Assert.Contains("etags", refused.Message, StringComparison.Ordinal);
        Assert.Empty(dapr.Keys);
    }

    [Fact]
    public async Task A_token_is_read_from_its_file_again_once_it_was_refused_and_never_told()
    {
        using var folder = new TempFolder();
        string file = folder.Combine("token");
        _dapr.Token = "right-token";
        using var store = new DaprStateCold(_dapr.Options with { ApiTokenFile = file }, TimeProvider.System);
        Assert.Contains("cannot be read", (await RefusedAsync(store)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "wrong-token\n", Stop);
        StoreException wrong = await RefusedAsync(store);
        Assert.Contains("check the API token", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token", wrong.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "right-token\n", Stop);
        Assert.Null(await store.HeadAsync("a", Stop));
    }

    [Fact]
    public async Task An_unknown_state_store_is_refused_and_nobody_listening_is_unavailable()
    {
        using var unknown = new DaprStateCold(_dapr.Options with { StateStore = "other" }, TimeProvider.System);
        Assert.Contains("no such state store", (await RefusedAsync(unknown)).Message, StringComparison.Ordinal);
        using var nobody = new DaprStateCold(_dapr.Options with { Endpoint = new Uri("http://127.0.0.1:1") }, TimeProvider.System);
        Assert.Equal(StoreFault.ColdUnavailable,
            (await Assert.ThrowsAsync<StoreException>(async () => await nobody.HeadAsync("a", Stop))).Fault);
    }

    [Fact]
    public void Wrong_options_are_named_all_at_once()
    {
        DaprColdOptions wrong = new() { StateStore = "a b", Endpoint = new Uri("ftp://x"), Prefix = "a//b", ConnectionsMax = 0 };
        ArgumentException told = Assert.Throws<ArgumentException>(() => new DaprStateCold(wrong, TimeProvider.System));
        foreach (string name in (string[])["StateStore", "Endpoint", "Prefix", "ConnectionsMax"])
            Assert.Contains(name, told.Message, StringComparison.Ordinal);
    }

    private static byte[] Last => Bytes(100_000, 9);

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static IFile FileOf(byte[] content)
    {
        IFile file = new MemoryFiles().Create("source", 0);
        file.Write(content, 0);
        return file;
    }

    // Every request from a number on fails, as when a process is killed or Dapr is; of the first one the answer alone may be lost.
    private static async Task<int> RunAsync(int number, WireFault last, DaprColdOptions options, Dictionary<string, byte[]?> acknowledged)
    {
        await using var wire = new FaultProxy(options.Endpoint);
        int passed = 0;
        wire.Rule = _ => Interlocked.Increment(ref passed) - 1 is var at && at < number ? WireFault.None : at == number ? last : WireFault.Reset;
        using var store = new DaprStateCold(options with { Endpoint = wire.Address }, TimeProvider.System);
        try
        {
            await ScenarioAsync(store, acknowledged);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.ColdUnavailable)
        {
            // What counts is what is found afterwards.
        }

        return wire.Requests.Count;
    }

    private static async Task ScenarioAsync(IColdStore store, Dictionary<string, byte[]?> acknowledged)
    {
        string tag = await PutAsync("manifest", Bytes(100, 1), ColdCondition.IfAbsent);
        using IFile segment = FileOf(Bytes(Large, 2));
        acknowledged["segments/a.seg"] = null;
        Assert.True((await store.UploadAsync("segments/a.seg", segment, ColdCondition.None, Stop)).IsDone);
        acknowledged["segments/a.seg"] = Bytes(Large, 2);
        await PutAsync("tail/w/1", Bytes(50_000, 3), ColdCondition.None);
        tag = await PutAsync("manifest", Bytes(30_000, 4), ColdCondition.IfVersion(tag));
        acknowledged["tail/w/1"] = null;
        await store.DeleteAsync(["tail/w/1", "tail/w/2"], Stop);
        acknowledged["tail/w/1"] = [];
        await PutAsync("manifest", Last, ColdCondition.IfVersion(tag));

        // Null: an answer was not had, so that both states are right. Empty: it was deleted.
        async Task<string> PutAsync(string name, byte[] content, ColdCondition condition)
        {
            acknowledged[name] = null;
            ColdPut put = await store.PutAsync(name, content, condition, Stop);
            Assert.True(put.IsDone, $"{name} was refused");
            acknowledged[name] = content;
            return put.Tag!;
        }
    }

    private static async Task CheckAsync(
        DaprStateCold store, StateStandIn dapr, Dictionary<string, byte[]?> acknowledged, string when)
    {
        foreach ((string name, byte[]? content) in acknowledged)
        {
            ColdObject? found = await store.GetAsync(name, 1 << 20, Stop);
            bool right = content switch
            {
                null => true,
                [] => found is null,
                _ => found?.Content.Span.SequenceEqual(content) == true,
            };
            Assert.True(right, $"{when}: {name}");
        }

        await store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1), Stop);
        List<string> names = await NamesAsync(store);
        string[] heads = [.. dapr.Keys.Where(key => key.Contains("~~o~", StringComparison.Ordinal))];
        Assert.True(names.Count == heads.Length, $"{when}: {names.Count} names, {heads.Length} heads");
        int parts = 0;
        foreach (string name in names)
        {
            ColdObject whole = (await store.GetAsync(name, 1 << 20, Stop))!;
            parts += DaprHead.PartsOf(whole.Content.Length);
        }

        int kept = dapr.Keys.Count(key => key.Contains("~~p~", StringComparison.Ordinal));
        Assert.True(kept == parts, $"{when}: {kept} parts are there, {parts} belong to objects");
    }

    private static async Task<StoreException> RefusedAsync(DaprStateCold store)
    {
        StoreException refused = await Assert.ThrowsAsync<StoreException>(async () => await store.HeadAsync("a", Stop));
        Assert.Equal(StoreFault.ColdRefused, refused.Fault);
        return refused;
    }

    private static async Task<List<string>> NamesAsync(DaprStateCold store)
    {
        var names = new List<string>();
        await foreach (ColdEntry entry in store.ListAsync("", Stop))
            names.Add(entry.Name);
        return names;
    }
}
