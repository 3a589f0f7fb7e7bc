using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Connections;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Protocol.Rpc;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>How calls end when they do not end well.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Every_status_reaches_the_caller()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((request, _) => throw new RpcException((StatusCode)int.Parse(request.Key), "because " + request.Key))]);
        using GrpcChannel channel = server.Open();
        foreach (StatusCode code in System.Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK))
        {
            CallException failure = await Answers.FailureOf(channel.GetAsync($"{(int)code}"));
            Assert.Equal(code, failure.Code);
            Assert.Equal($"because {(int)code}", failure.Detail);
            Assert.Equal(200, failure.HttpStatus);
            Assert.Null(failure.Status);
        }

        Assert.Empty(server.Log.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("100 % of it, 50%25")]
    [InlineData("Größe: 3 µm → ∞ 🌊")]
    [InlineData("two\r\nlines\tand\0more\u007f")]
    public async Task Any_text_survives_as_a_message(string text)
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => throw new RpcException(StatusCode.NotFound, text))]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(text, (await Answers.FailureOf(channel.GetAsync("a"))).Detail);
    }

    [Fact]
    public async Task Details_reach_the_caller_as_daprd_reads_them()
    {
        var violation = new BadRequest
        {
            FieldViolations = { new BadRequest.Types.FieldViolation { Field = "etag", Description = "it is 7, not 5" } },
        };
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => throw new RpcException(StatusCode.FailedPrecondition, "mismatch", violation))]);
        using GrpcChannel channel = server.Open();
        CallException failure = await Answers.FailureOf(channel.GetAsync("a"));
        Assert.Equal(StatusCode.FailedPrecondition, failure.Code);
        Assert.Equal(9, failure.Status!.Code);
        Assert.Equal("mismatch", failure.Status.Message);
        Any detail = Assert.Single(failure.Status.Details);
        Assert.Equal("type.googleapis.com/google.rpc.BadRequest", detail.TypeUrl);
        Assert.Equal(violation, detail.Unpack<BadRequest>());
    }

    [Fact]
    public async Task Details_too_large_for_trailers_stay_behind_and_the_status_comes()
    {
        var large = new ErrorInfo { Reason = new string('r', 5_000) };
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => throw new RpcException(StatusCode.Aborted, new string('ü', 5_000), large))]);
        using GrpcChannel channel = server.Open();
        CallException failure = await Answers.FailureOf(channel.GetAsync("a"));
        Assert.Equal(StatusCode.Aborted, failure.Code);
        Assert.Equal(new string('ü', 1_024), failure.Detail);
        Assert.Null(failure.Status);
    }

    [Fact]
    public async Task A_bug_is_logged_and_the_caller_learns_nothing_of_it()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => throw new InvalidOperationException("secret of the house"))]);
        using GrpcChannel channel = server.Open();
        CallException failure = await Answers.FailureOf(channel.GetAsync("a"));
        Assert.Equal(StatusCode.Unknown, failure.Code);
        Assert.Equal("The handler failed.", failure.Detail);
        string line = Assert.Single(server.Log.All);
        Assert.Contains(Probe.GetPath, line, StringComparison.Ordinal);
        Assert.Contains("secret of the house", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_broke_is_no_bug_and_a_file_that_cannot_be_read_is()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((request, _) => throw (request.Key == "file"
            ? new IOException("disk")
            : new IOException("aborted", new ConnectionAbortedException())))]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(StatusCode.Cancelled, (await Answers.FailureOf(channel.GetAsync("connection"))).Code);
        Assert.Empty(server.Log.All);
        Assert.Equal(StatusCode.Unknown, (await Answers.FailureOf(channel.GetAsync("file"))).Code);
        Assert.Single(server.Log.All);
    }

    [Fact]
    public async Task No_memory_is_a_limit_reached()
    {
#pragma warning disable CA2201 // The runtime's own failure is what is meant.
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((_, _) => throw new OutOfMemoryException())]);
#pragma warning restore CA2201
        using GrpcChannel channel = server.Open();
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(channel.GetAsync("a"))).Code);
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task A_handler_that_cancels_itself_has_cancelled()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((_, _) => throw new OperationCanceledException())]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(StatusCode.Cancelled, (await Answers.FailureOf(channel.GetAsync("a"))).Code);
    }

    [Fact]
    public async Task A_handler_that_answers_nothing_is_at_fault()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((_, _) => Task.FromResult<GetResponse>(null!))]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(StatusCode.Internal, (await Answers.FailureOf(channel.GetAsync("a"))).Code);
    }

    [Fact]
    public async Task Nobody_can_fail_with_success()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => throw new RpcException(StatusCode.OK, "fine"))]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(StatusCode.Unknown, (await Answers.FailureOf(channel.GetAsync("a"))).Code);
    }
}
