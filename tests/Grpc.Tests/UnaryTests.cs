using Google.Protobuf;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>One request, one answer, through a real socket.</summary>
public sealed class UnaryTests
{
    [Fact]
    public async Task Requests_are_answered_one_after_the_other_and_at_once()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using GrpcChannel channel = server.Open();
        for (int i = 0; i < 50; i++)
            Assert.Equal($"k{i}", (await channel.GetAsync($"k{i}")).Data.ToStringUtf8());

        GetResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => channel.GetAsync($"p{i}")));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"p{i}"), answers.Select(answer => answer.Data.ToStringUtf8()));
        Assert.Equal(0, server.Budget.Taken);
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task An_empty_request_and_an_empty_answer_are_messages()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((_, _) => Task.FromResult(new GetResponse()))]);
        using GrpcChannel channel = server.Open();
        Assert.Equal(new GetResponse(), await channel.PostAsync([0, 0, 0, 0, 0]));
    }

    [Fact]
    public async Task The_handler_sees_method_metadata_and_deadline()
    {
        var seen = new TaskCompletionSource<(string Method, string? Instance, byte[]? Bytes, byte[]? Bad, DateTime Deadline)>();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((request, context) =>
        {
            seen.SetResult((context.Method, context.RequestHeaders.GetValue("X-Component-Instance"),
                context.RequestHeaders.GetValueBytes("trace-bin"), context.RequestHeaders.GetValueBytes("bad-bin"), context.Deadline));
            return Answers.Echo(request, context);
        })]);
        using GrpcChannel channel = server.Open();
        await channel.GetAsync("a", new CallOptions
        {
            Metadata = new Dictionary<string, string> { ["x-component-instance"] = "orders", ["trace-bin"] = "AQIDBA", ["bad-bin"] = "*" },
            Timeout = TimeSpan.FromHours(30),
        });

        (string method, string? instance, byte[]? bytes, byte[]? bad, DateTime deadline) = await seen.Task;
        Assert.Equal(Probe.GetPath, method);
        Assert.Equal("orders", instance);
        Assert.Equal<byte[]?>([1, 2, 3, 4], bytes);
        Assert.Null(bad);
        Assert.InRange(deadline, DateTime.UtcNow.AddHours(29), DateTime.UtcNow.AddHours(30));
    }

    [Fact]
    public async Task Without_a_timeout_there_is_no_deadline()
    {
        DateTime deadline = default;
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((request, context) =>
        {
            deadline = context.Deadline;
            return Answers.Echo(request, context);
        })]);
        using GrpcChannel channel = server.Open();
        await channel.GetAsync("a");
        Assert.Equal(DateTime.MaxValue, deadline);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_995)]
    [InlineData(4_001)]
    [InlineData(40_000)]
    [InlineData(1_000_000)]
    [InlineData(4_000_000)]
    public async Task Values_of_any_size_come_and_go_whole(int bytes)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using GrpcChannel channel = server.Open();
        string key = string.Create(bytes, 0, static (text, _) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = (char)('a' + i % 23);
        });
        Assert.Equal(key, (await channel.GetAsync(key)).Data.ToStringUtf8());
        Assert.Equal(0, server.Budget.Taken);
        Assert.InRange(server.Budget.Peak, bytes, long.MaxValue);
    }

    [Fact]
    public async Task The_largest_message_is_taken_and_one_byte_more_is_not()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((_, _) => Task.FromResult(new GetResponse()))], new GrpcOptions { MaxReceiveMessageBytes = 1_000 });
        using GrpcChannel channel = server.Open();
        GetRequest Sized(int bytes) => new() { Key = new string('k', bytes - 3) };
        Assert.Equal(1_000, Sized(1_000).CalculateSize());
        await channel.PostAsync(WireFrame.Of(Sized(1_000)));
        CallException failure = await Answers.FailureOf(channel.PostAsync(WireFrame.Of(Sized(1_001))));
        Assert.Equal(StatusCode.ResourceExhausted, failure.Code);
        Assert.Contains("1001", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_above_its_limit_is_refused()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((request, _) => Task.FromResult(new GetResponse { Data = ByteString.CopyFrom(new byte[int.Parse(request.Key)]) }))],
            new GrpcOptions { MaxSendMessageBytes = 10_000 });
        using GrpcChannel channel = server.Open();
        Assert.Equal(9_997, (await channel.GetAsync("9997")).Data.Length);
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(channel.GetAsync("9998"))).Code);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task Without_room_in_the_budget_neither_request_nor_answer_goes_through()
    {
        await using GrpcServer server = await GrpcServer.StartAsync(
            [Probe.Of((request, _) => Task.FromResult(new GetResponse { Data = ByteString.CopyFrom(new byte[int.Parse(request.Key)]) }))]);
        using GrpcChannel channel = server.Open();
        server.Budget.BytesMax = 5_000;
        await channel.GetAsync("4000");
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(channel.GetAsync("6000"))).Code);
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(channel.GetAsync(new string('0', 6_000)))).Code);
        await channel.GetAsync("4000");
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task One_call_too_many_is_refused_and_the_others_go_on()
    {
        var go = new TaskCompletionSource();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (request, context) =>
        {
            await go.Task;
            return await Answers.Echo(request, context);
        })], new GrpcOptions { CallsMax = 3 });
        using GrpcChannel channel = server.Open();
        Task<GetResponse>[] calls = [.. Enumerable.Range(0, 4).Select(i => channel.GetAsync($"{i}"))];
        Task<GetResponse> first = await Task.WhenAny(calls);
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(first)).Code);
        go.SetResult();
        foreach (Task<GetResponse> call in calls.Where(call => call != first))
            await call;
        await channel.GetAsync("after");
    }

    [Fact]
    public async Task The_token_fires_at_the_deadline_and_the_call_ends_with_it()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(WaitAsync)]);
        using GrpcChannel channel = server.Open();
        CallException failure = await Answers.FailureOf(channel.GetAsync(
            "a", new CallOptions { Timeout = TimeSpan.FromMilliseconds(20), GivesUpAtDeadline = false }));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.Equal(200, failure.HttpStatus);
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task The_token_fires_when_the_caller_gives_up()
    {
        var began = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (request, context) =>
        {
            context.CancellationToken.Register(ended.SetResult);
            began.SetResult();
            return await WaitAsync(request, context);
        })]);
        using GrpcChannel channel = server.Open();
        using var giveUp = new CancellationTokenSource();
        Task call = channel.UnaryAsync(Probe.GetPath, new GetRequest(), GetResponse.Parser, Answers.Plain, giveUp.Token);
        await began.Task;
        await giveUp.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Answers.FailureOf(call)).Code);
        await ended.Task;
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task The_token_fires_when_the_server_stops()
    {
        var began = new TaskCompletionSource();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((request, context) =>
        {
            began.SetResult();
            return WaitAsync(request, context);
        })]);
        using GrpcChannel channel = server.Open();
        Task call = channel.GetAsync("a");
        await began.Task;
        Task stopped = server.StopAsync();
        Assert.Equal(StatusCode.Unavailable, (await Answers.FailureOf(call)).Code);
        await stopped;
    }

    private static async Task<GetResponse> WaitAsync(GetRequest request, ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new GetResponse();
    }
}
