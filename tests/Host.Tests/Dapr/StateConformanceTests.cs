using Google.Protobuf;
using Google.Protobuf.Collections;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Xunit;
using Concurrency = Thermocline.Protocol.Components.StateOptions.Types.StateConcurrency;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>
/// What Dapr's conformance suite asks of a state store, case by case, through the real socket. One case cannot be put in this
/// protocol: that of a bulk call of which a part takes place; here such a call does nothing, and says why.
/// </summary>
public sealed class StateConformanceTests
{
    public static TheoryData<string, string, string> Values => new()
    {
        { "int", "123", "" },
        { "bool", "true", "" },
        { "bytes", "\u0001", "" },
        { "string-with-json", """{"a":"b"}""", "" },
        { "string", "\"hello world\"", "" },
        { "empty-string", "\"\"", "" },
        { "struct", """{"product":{"value":15},"status":"ACTIVE","message":"m"}""", "application/json" },
        { "protobuf", "\u0008\u0096\u0001", "application/x-protobuf" },
    };

    [Fact]
    public async Task Init_and_ping_are_answered_and_the_features_are_those_it_has()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.InitAsync();
        await sidecar.InitAsync();
        await sidecar.Client.CallAsync("StateStore", "Ping", new PingRequest(), PingResponse.Parser);
        FeaturesResponse features = await sidecar.Client.CallAsync("StateStore", "Features", new FeaturesRequest(), FeaturesResponse.Parser);
        Assert.Equal(["ETAG", "TRANSACTIONAL", "TTL"], features.Features);
        MultiMaxSizeResponse most = await sidecar.Client.CallAsync(
            "TransactionalStoreMultiMaxSize", "MultiMaxSize", new MultiMaxSizeRequest(), MultiMaxSizeResponse.Parser);
        Assert.Equal(10_000, most.MaxSize);
        CallException query = await Assert.ThrowsAsync<CallException>(
            () => sidecar.Client.CallAsync("QueriableStateStore", "Query", new PingRequest(), PingResponse.Parser));
        Assert.Equal(StatusCode.Unimplemented, query.Code);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task What_is_set_is_read_back(string key, string value, string contentType)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        var request = new SetRequest { Key = key, Value = ByteString.CopyFromUtf8(value) };
        if (contentType.Length > 0)
            request.Metadata["contentType"] = contentType;
        await sidecar.SetAsync(request);
        GetResponse read = await sidecar.GetAsync(key);
        Assert.Equal(value, read.Data.ToStringUtf8());
        Assert.Equal(contentType, read.ContentType);
        Assert.NotEmpty(read.Etag.Value);
        Assert.Empty(read.Metadata);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_what_never_was_can_be_deleted()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("there", "to be deleted");
        foreach (string key in (string[])["there", "never"])
        {
            await sidecar.DeleteAsync(new DeleteRequest { Key = key });
            GetResponse read = await sidecar.GetAsync(key);
            Assert.True(read.Data.IsEmpty);
            Assert.Null(read.Etag);
        }
    }

    [Fact]
    public async Task Many_are_set_read_and_deleted_at_once()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.BulkSetAsync([.. Enumerable.Range(0, 40).Select(i => StateSidecar.Request($"bulk-{i}", $"{i}"))]);
        BulkGetResponse read = await sidecar.BulkGetAsync([.. Enumerable.Range(0, 41).Select(i => $"bulk-{i}")]);
        Assert.Equal(Enumerable.Range(0, 41).Select(i => $"bulk-{i}"), read.Items.Select(item => item.Key));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), read.Items.Take(40).Select(item => item.Data.ToStringUtf8()));
        Assert.All(read.Items, item => Assert.Empty(item.Error));
        BulkStateItem absent = read.Items[40];
        Assert.True(absent.Data.IsEmpty && absent.Etag is null);
        await sidecar.BulkDeleteAsync([new DeleteRequest { Key = "bulk-1" }, new DeleteRequest { Key = "bulk-2" }, new DeleteRequest { Key = "never" }]);
        read = await sidecar.BulkGetAsync(["bulk-0", "bulk-1", "bulk-2"]);
        Assert.Equal([1, 0, 0], read.Items.Select(item => item.Data.Length));
        Assert.Empty((await sidecar.BulkGetAsync([])).Items);
        await sidecar.BulkSetAsync([]);
        await sidecar.BulkDeleteAsync([]);
    }

    [Fact]
    public async Task Transactions_set_and_delete_in_groups()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.TransactAsync(Set("int", "123"), Set("bool", "true"), Set("bytes", "\u0001"), Set("gone", "\"x\""));
        Assert.Equal("\"x\"", (await sidecar.GetAsync("gone")).Data.ToStringUtf8());
        await sidecar.TransactAsync(Set("struct", """{"message":"test"}"""), Delete("gone"));
        BulkGetResponse read = await sidecar.BulkGetAsync(["int", "bool", "bytes", "struct", "gone"]);
        Assert.Equal(["123", "true", "\u0001", """{"message":"test"}""", ""], read.Items.Select(item => item.Data.ToStringUtf8()));
        await sidecar.TransactAsync();
    }

    [Fact]
    public async Task The_operations_of_a_transaction_are_applied_in_order()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("1", "value1");
        await sidecar.TransactAsync(Delete("1"), Set("2", "value2"), Delete("2"), Set("3", "value3"), Delete("absent"));
        BulkGetResponse read = await sidecar.BulkGetAsync(["1", "2", "3"]);
        Assert.Equal(["", "", "value3"], read.Items.Select(item => item.Data.ToStringUtf8()));
        await sidecar.TransactAsync(Delete("3"), Set("3", "a"), Delete("3"), Set("3", "b"));
        Assert.Equal("b", (await sidecar.GetAsync("3")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_transaction_of_which_one_operation_fails_does_nothing()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("a", "1");
        TransactionalStateOperation wrong = Set("a", "2");
        wrong.Set.Etag = new Etag { Value = "9999999" };
        CallException refused = await Assert.ThrowsAsync<CallException>(() => sidecar.TransactAsync(Set("b", "1"), wrong));
        AssertEtag(refused, StatusCode.FailedPrecondition);
        Assert.True((await sidecar.GetAsync("b")).Data.IsEmpty);
    }

    [Fact]
    public async Task A_right_etag_is_taken_and_changes()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("key", "first");
        string tag = (await sidecar.GetAsync("key")).Etag.Value;
        Assert.Equal(tag, (await sidecar.BulkGetAsync(["key"])).Items[0].Etag.Value);
        await sidecar.SetAsync("key", "second", tag);
        GetResponse read = await sidecar.GetAsync("key");
        Assert.Equal("second", read.Data.ToStringUtf8());
        Assert.NotEqual(tag, read.Etag.Value);
        await sidecar.DeleteAsync(new DeleteRequest { Key = "key", Etag = read.Etag });
        read = await sidecar.GetAsync("key");
        Assert.True(read.Data.IsEmpty && read.Etag is null);
    }

    [Theory]
    [InlineData("9999999", StatusCode.FailedPrecondition)]
    [InlineData("bad-etag", StatusCode.InvalidArgument)]
    [InlineData("-1", StatusCode.InvalidArgument)]
    [InlineData(" 1", StatusCode.InvalidArgument)]
    [InlineData("99999999999999999999", StatusCode.InvalidArgument)]
    public async Task A_wrong_etag_is_refused_in_the_words_that_daprd_reads(string tag, StatusCode code)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("key", "first");
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync("key", "second", tag)), code);
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.DeleteAsync(
            new DeleteRequest { Key = "key", Etag = new Etag { Value = tag } })), code);
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync("absent", "second", tag)), code);
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.DeleteAsync(
            new DeleteRequest { Key = "absent", Etag = new Etag { Value = tag } })), code);
        Assert.Equal("first", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_bulk_call_with_one_wrong_etag_does_nothing_and_the_same_call_may_be_repeated()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.BulkSetAsync([StateSidecar.Request("1", "first"), StateSidecar.Request("2", "first")]);
        BulkGetResponse before = await sidecar.BulkGetAsync(["1", "2"]);
        SetRequest wrong = StateSidecar.Request("1", "second"), right = StateSidecar.Request("2", "second");
        wrong.Etag = new Etag { Value = "9999999" };
        right.Etag = before.Items[1].Etag;
        for (int attempt = 0; attempt < 3; attempt++)
            AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.BulkSetAsync([wrong, right])), StatusCode.FailedPrecondition);
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.BulkDeleteAsync(
        [
            new DeleteRequest { Key = "2", Etag = right.Etag },
            new DeleteRequest { Key = "1", Etag = wrong.Etag },
        ])), StatusCode.FailedPrecondition);
        Assert.Equal(before, await sidecar.BulkGetAsync(["1", "2"]));
        wrong.Etag = before.Items[0].Etag;
        await sidecar.BulkSetAsync([wrong, right]);
        BulkGetResponse after = await sidecar.BulkGetAsync(["1", "2"]);
        Assert.Equal(["second", "second"], after.Items.Select(item => item.Data.ToStringUtf8()));
        await sidecar.BulkDeleteAsync([.. after.Items.Select(item => new DeleteRequest { Key = item.Key, Etag = item.Etag })]);
        Assert.All((await sidecar.BulkGetAsync(["1", "2"])).Items, item => Assert.True(item.Data.IsEmpty && item.Etag is null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_write_without_an_etag_is_the_only_one(bool emptyEtag)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        SetRequest First(string value)
        {
            SetRequest request = StateSidecar.Request("key", value);
            request.Options = new StateOptions
            {
                Concurrency = Concurrency.ConcurrencyFirstWrite,
                Consistency = StateOptions.Types.StateConsistency.ConsistencyStrong,
            };
            if (emptyEtag)
                request.Etag = new Etag();
            return request;
        }

        await sidecar.SetAsync(First("one"));
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync(First("two"))), StatusCode.FailedPrecondition);
        Assert.Equal("one", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
        await sidecar.DeleteAsync(new DeleteRequest { Key = "key" });
        await sidecar.SetAsync(First("three"));
    }

    [Fact]
    public async Task A_first_write_with_an_etag_fails_once_the_etag_is_stale()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("key", "one");
        SetRequest request = StateSidecar.Request("key", "two");
        request.Etag = (await sidecar.GetAsync("key")).Etag;
        request.Options = new StateOptions { Concurrency = Concurrency.ConcurrencyFirstWrite };
        await sidecar.SetAsync(request);
        AssertEtag(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync(request)), StatusCode.FailedPrecondition);
        await sidecar.SetAsync("key", "three", etag: "");
        Assert.Equal("three", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("-2")]
    [InlineData("2147483648")]
    [InlineData("1.5")]
    [InlineData("")]
    public async Task A_time_to_live_that_is_none_is_refused(string seconds)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        CallException refused = await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync(Living("key", seconds)));
        Assert.Equal(StatusCode.InvalidArgument, refused.Code);
        AssertKit(refused, "400", "parameter-invalid");
        Assert.True((await sidecar.GetAsync("key")).Data.IsEmpty);
    }

    [Fact]
    public async Task What_lives_two_seconds_is_gone_after_three()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync(Living("key", "2"));
        await sidecar.SetAsync(Living("long", "2147483647"));
        GetResponse read = await sidecar.GetAsync("key");
        string end = read.Metadata["ttlExpireTime"];
        Assert.Equal(sidecar.Time.GetUtcNow().AddSeconds(2), DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(end, (await sidecar.BulkGetAsync(["key"])).Items[0].Metadata["ttlExpireTime"]);
        sidecar.Time.Advance(TimeSpan.FromSeconds(3));
        read = await sidecar.GetAsync("key");
        Assert.True(read.Data.IsEmpty && read.Etag is null && read.Metadata.Count == 0);
        Assert.False((await sidecar.GetAsync("long")).Data.IsEmpty);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData(null)]
    public async Task A_write_without_an_end_takes_the_end_away(string? seconds)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync(Living("key", "2"));
        await sidecar.SetAsync(seconds is null ? StateSidecar.Request("key", "for ever") : Living("key", seconds));
        Assert.Empty((await sidecar.GetAsync("key")).Metadata);
        sidecar.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.False((await sidecar.GetAsync("key")).Data.IsEmpty);
    }

    private static SetRequest Living(string key, string seconds)
    {
        SetRequest request = StateSidecar.Request(key, "lives");
        request.Metadata["ttlInSeconds"] = seconds;
        return request;
    }

    private static TransactionalStateOperation Set(string key, string value) => new() { Set = StateSidecar.Request(key, value) };

    private static TransactionalStateOperation Delete(string key) => new() { Delete = new DeleteRequest { Key = key } };

    private static void AssertEtag(CallException refused, StatusCode code)
    {
        Assert.Equal(code, refused.Code);
        Protocol.Rpc.BadRequest detail = Assert.Single(refused.Status!.Details).Unpack<Protocol.Rpc.BadRequest>();
        Assert.Equal("etag", Assert.Single(detail.FieldViolations).Field);
    }

    private static void AssertKit(CallException refused, string status, string tag)
    {
        MapField<string, string> metadata = Assert.Single(refused.Status!.Details).Unpack<Protocol.Rpc.ErrorInfo>().Metadata;
        Assert.Equal(("true", status, tag), (metadata["kit_error"], metadata["http_code"], metadata["tag"]));
    }
}
