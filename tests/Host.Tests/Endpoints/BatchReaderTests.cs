using System.Text;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Sidecar.Http;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class BatchReaderTests
{
    private static readonly byte[] Collection = Keys.Compose("c", "");

    [Fact]
    public void Operations_are_read_in_order()
    {
        BatchReader reader = new(Collection, DateTimeOffset.UnixEpoch);
        Assert.Null(reader.Read(
            """
            {"operations":[
              {"op":"put","key":"a","value":"AAEC","etag":"\"7\"","ttlSeconds":60},
              {"op":"put","key":"a","text":"h\u00e9","ifAbsent":true,"contentType":"x/y"},
              {"op":"delete","key":"b","etag":"*"}]}
            """u8));
        WriteOperation[] operations = reader.Operations.ToArray();
        Assert.Equal([0, 1, 2], operations[0].Value.ToArray());
        Assert.Equal(Keys.Compose("c", "a"), operations[0].Key.ToArray());
        Assert.Equal(Condition.IfSequence(7), operations[0].Condition);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(60), operations[0].ExpiresAt);
        Assert.Equal("h\u00E9", Encoding.UTF8.GetString(operations[1].Value.Span));
        Assert.Equal(Condition.IfAbsent, operations[1].Condition);
        Assert.Equal("x/y", RecordMetadata.ContentTypeOf(operations[1].Metadata.Span));
        Assert.True(operations[2].Delete);
        Assert.Equal(Condition.IfPresent, operations[2].Condition);
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{\"operations\":[]} x", 1, 19)]
    [InlineData("{\"operations\":[\n  {]}", 2, 4)]
    public void Malformed_json_says_where(string json, int line, int position)
    {
        Problem? problem = Read(json);
        Assert.Equal(ProblemCode.JsonMalformed, problem?.Code);
        Assert.Equal($"Line {line}, byte {position}.", problem?.Detail);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "operations")]
    [InlineData("{\"operations\":{}}", "operations")]
    [InlineData("{\"operations\":[]}", "operations")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"a\"}],\"more\":1}", "more")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"a\"}],\"operations\":[]}", "operations")]
    [InlineData("{\"operations\":[5]}", "operations[0]")]
    [InlineData("{\"operations\":[{\"op\":\"move\",\"key\":\"a\"}]}", "operations[0].op", "operations[0].op")]
    [InlineData("{\"operations\":[{\"op\":\"delete\"}]}", "operations[0].key")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"\"}]}", "operations[0].key")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"a\\u0000\"}]}", "operations[0].key")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\"}]}", "operations[0]")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"value\":\"\"}]}", "operations[0]")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"?\"}]}", "operations[0].value")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":[1,[2]]}]}", "operations[0].text")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"ttlSeconds\":0}]}", "operations[0].ttlSeconds")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"ttl\":{\"a\":1}}]}", "operations[0].ttl")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"etag\":\"x\"}]}", "operations[0].etag")]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"etag\":\"1\",\"ifAbsent\":true}]}", "operations[0]")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"a\",\"text\":\"\"}]}", "operations[0]")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"key\":\"a\",\"key\":\"b\"}]}", "operations[0].key")]
    public void A_mistake_names_its_operation(string json, params string[] paths)
    {
        Problem? problem = Read(json);
        Assert.Equal(ProblemCode.BatchInvalid, problem?.Code);
        Assert.Equal(paths.Distinct(), problem!.Errors.Select(error => error.Path).Distinct());
    }

    [Fact]
    public void Every_mistake_is_named_at_once()
    {
        Problem? problem = Read("{\"operations\":[{\"op\":\"put\",\"key\":\"a\"},{\"op\":\"delete\",\"key\":\"a\"},{\"op\":\"x\",\"key\":\"\"}]}");
        Assert.Equal(
            ["operations[0]", "operations[2].op", "operations[2].op", "operations[2].key"],
            problem!.Errors.Select(error => error.Path));
    }

    [Fact]
    public void Operations_end_at_ten_thousand()
    {
        string one = "{\"op\":\"delete\",\"key\":\"a\"}";
        Assert.Null(Read($"{{\"operations\":[{string.Join(',', Enumerable.Repeat(one, 10_000))}]}}"));
        Problem? problem = Read($"{{\"operations\":[{string.Join(',', Enumerable.Repeat(one, 10_001))}]}}");
        Assert.Contains("not 10001", Assert.Single(problem!.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_fields_or_depth_is_cut_short()
    {
        string fields = string.Join(',', Enumerable.Range(0, 5_000).Select(each => $"\"f{each}\":1"));
        Problem? problem = Read($"{{\"operations\":[{{{fields}}}]}}");
        Assert.Equal(1_000, problem!.Errors.Count);
        Assert.Equal(ProblemCode.JsonMalformed, Read(new string('[', 1_000) + new string(']', 1_000))?.Code);
    }

    [Fact]
    public void A_lone_surrogate_is_malformed() => Assert.Equal(ProblemCode.JsonMalformed,
        Read("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"\\ud800\"}]}")?.Code);

    private static Problem? Read(string json) =>
        new BatchReader(Collection, DateTimeOffset.UnixEpoch).Read(Encoding.UTF8.GetBytes(json));
}
