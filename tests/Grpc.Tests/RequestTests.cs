using Google.Protobuf;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Thermocline.Testing.Grpc.RawHttp2;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>Requests that are no proper calls, and what they are told.</summary>
public sealed class RequestTests
{
    private static readonly byte[] Good = WireFrame.Of(new GetRequest { Key = "abc" });

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/GRPC", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/json", false)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/grpcx", false)]
    [InlineData("text/plain", false)]
    public async Task A_content_type_that_is_no_call_gets_415(string contentType, bool taken)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            Probe.GetPath, Good, new Dictionary<string, string> { ["content-type"] = contentType }));
        Assert.Equal(taken ? "200" : "415", answer.Headers[":status"]);
        Assert.Equal(taken ? StatusCode.OK : StatusCode.Unknown, answer.Status);
    }

    [Theory]
    [InlineData("/dapr.proto.components.v1.StateStore/Nothing")]
    [InlineData("/dapr.proto.components.v1.StateStore/Set")]
    [InlineData("/nobody.Here/Get")]
    [InlineData("/Get")]
    [InlineData("/")]
    [InlineData("/a/b/c/d")]
    [InlineData("/dapr.proto.components.v1.statestore/%00")]
    public async Task A_method_that_is_not_here_is_unimplemented(string path)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(path, Good));
        if (path.Contains("%00", StringComparison.Ordinal))
        {
            // Kestrel takes no such target at all.
            Assert.NotNull(answer.ResetCode);
            return;
        }

        Assert.Equal("200", answer.Headers[":status"]);
        Assert.Equal(StatusCode.Unimplemented, answer.Status);
        Assert.Empty(answer.Body);
        Assert.Same(answer.Headers, answer.Trailers);
    }

    [Fact]
    public async Task A_request_that_is_no_call_is_left_to_others()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            "/elsewhere", Good, new Dictionary<string, string> { ["content-type"] = "application/json" }));
        Assert.Equal("404", answer.Headers[":status"]);
    }

    [Fact]
    public async Task Only_a_post_is_a_call()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            Probe.GetPath, Good, new Dictionary<string, string> { [":method"] = "PUT" }));
        Assert.Equal("405", answer.Headers[":status"]);
    }

    [Fact]
    public async Task Trailers_need_not_be_asked_for()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        int stream = raw.TakeStream();
        byte[] headers = HeaderBlock.Write(new Dictionary<string, string>
        {
            [":method"] = "POST",
            [":scheme"] = "http",
            [":path"] = Probe.GetPath,
            [":authority"] = "localhost",
            ["content-type"] = "application/grpc",
        });
        await raw.SendAsync(Frame.Headers(stream, headers, end: false), Frame.Data(stream, Good, end: true));
        RawAnswer answer = await raw.ReadAnswerAsync(stream);
        Assert.Equal(StatusCode.OK, answer.Status);
        Assert.Equal("application/grpc", answer.Headers["content-type"]);
        Assert.Equal(WireFrame.Of(new GetResponse { Data = ByteString.CopyFromUtf8("abc") }), answer.Body);
    }

    public static TheoryData<string, byte[], StatusCode> BadBodies => new()
    {
        { "nothing", [], StatusCode.Internal },
        { "part of a prefix", [0, 0, 0], StatusCode.Internal },
        { "a prefix alone", [0, 0, 0, 0, 5], StatusCode.Internal },
        { "part of a message", Good[..^1], StatusCode.Internal },
        { "a byte too many", [.. Good, 0], StatusCode.Internal },
        { "two messages", [.. Good, .. Good], StatusCode.Internal },
        { "compressed without saying how", WireFrame.Of([1, 2, 3], flag: 1), StatusCode.Internal },
        { "an unknown flag", WireFrame.Of([1, 2, 3], flag: 2), StatusCode.Internal },
        { "all flags", WireFrame.Of([1, 2, 3], flag: 255), StatusCode.Internal },
        { "no protobuf", WireFrame.Of([0xFF, 0xFF, 0xFF, 0xFF]), StatusCode.Internal },
        { "a field longer than the message", WireFrame.Of([0x0A, 0x7F, 1]), StatusCode.Internal },
        { "a length above the limit", [0, 0, 0x40, 0, 1, 1], StatusCode.ResourceExhausted },
        { "a giant length", [0, 0x7F, 0xFF, 0xFF, 0xFF, 1], StatusCode.ResourceExhausted },
        { "the largest length there is", [0, 0xFF, 0xFF, 0xFF, 0xFF, 1], StatusCode.ResourceExhausted },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_body_that_is_not_one_message_is_refused_and_the_next_call_works(string what, byte[] body, StatusCode expected)
    {
        Assert.NotEmpty(what);
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(Probe.GetPath, body));
        Assert.Equal("200", answer.Headers[":status"]);
        Assert.Equal(expected, answer.Status);
        Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(await raw.CallAsync(Probe.GetPath, Good))).Status);
        Assert.Equal(0, server.Budget.Taken);
        Assert.Empty(server.Log.All);
    }

    [Theory]
    [InlineData("identity", StatusCode.Internal, false)]
    [InlineData("gzip", StatusCode.Unimplemented, true)]
    public async Task A_compressed_message_is_refused_as_the_protocol_says(string encoding, StatusCode expected, bool saysWhatIsTaken)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            Probe.GetPath, WireFrame.Of([1, 2, 3], flag: 1), new Dictionary<string, string> { ["grpc-encoding"] = encoding }));
        Assert.Equal(expected, answer.Status);
        Assert.Equal(saysWhatIsTaken, answer.Headers.TryGetValue("grpc-accept-encoding", out string? taken));
        Assert.Equal(saysWhatIsTaken ? "identity" : null, taken);
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte_and_its_end_later()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        int stream = await raw.BeginAsync(Probe.GetPath);
        foreach (byte one in Good)
            await raw.SendAsync(Frame.Data(stream, [one], end: false));
        await raw.SendAsync(Frame.Data(stream, [], end: true));
        RawAnswer answer = await raw.ReadAnswerAsync(stream);
        Assert.Equal(StatusCode.OK, answer.Status);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("1s")]
    [InlineData("1.5S")]
    [InlineData("0x1S")]
    public async Task A_malformed_timeout_is_refused(string timeout)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            Probe.GetPath, Good, new Dictionary<string, string> { ["grpc-timeout"] = timeout }));
        Assert.Equal(StatusCode.Internal, answer.Status);
    }

    [Theory]
    [InlineData("99999999H", StatusCode.OK)]
    [InlineData("0n", StatusCode.DeadlineExceeded)]
    [InlineData("1n", StatusCode.DeadlineExceeded)]
    public async Task The_ends_of_the_range_of_timeouts_hold(string timeout, StatusCode expected)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (request, context) =>
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            return await Answers.Echo(request, context);
        })]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        RawAnswer answer = await raw.ReadAnswerAsync(await raw.CallAsync(
            Probe.GetPath, Good, new Dictionary<string, string> { ["grpc-timeout"] = timeout }));
        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public async Task A_deadline_holds_while_the_message_is_still_to_come()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        int stream = await raw.BeginAsync(Probe.GetPath, new Dictionary<string, string> { ["grpc-timeout"] = "20m" });
        await raw.SendAsync(Frame.Data(stream, Good.AsSpan()[..^1], end: false));
        Assert.Equal(StatusCode.DeadlineExceeded, (await raw.ReadAnswerAsync(stream)).Status);
        Assert.Equal(0, server.Budget.Taken);
    }
}
