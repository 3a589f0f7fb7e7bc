using Google.Protobuf;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Thermocline.Testing.Grpc.RawHttp2;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>Calls that stream both ways.</summary>
public sealed class DuplexTests
{
    [Fact]
    public async Task Messages_flow_both_ways_until_both_have_ended()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        for (int i = 0; i < 200; i++)
        {
            await stream.WriteAsync(Ack($"m{i}"));
            Assert.Equal($"m{i}", (await stream.ReadAsync())!.Id);
        }

        stream.Complete();
        Assert.Null(await stream.ReadAsync());
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task What_was_sent_before_one_half_closed_is_answered_after()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (requests, responses, context) =>
        {
            var all = new List<string>();
            while (await requests.MoveNext(context.CancellationToken))
                all.Add(requests.Current.AckMessageId);
            foreach (string id in all)
                await responses.WriteAsync(new PullMessagesResponse { Id = id });
        })]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        for (int i = 0; i < 1_000; i++)
            await stream.WriteAsync(Ack($"m{i}"));
        stream.Complete();
        int read = 0;
        await foreach (PullMessagesResponse response in stream.ReadAllAsync(TestContext.Current.CancellationToken))
            Assert.Equal($"m{read++}", response.Id);
        Assert.Equal(1_000, read);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task Large_messages_stream_and_are_given_back_to_the_budget()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        string large = new('x', 3_000_000);
        for (int i = 0; i < 5; i++)
        {
            await stream.WriteAsync(Ack(large));
            Assert.Equal(large, (await stream.ReadAsync())!.Id);
        }

        stream.Complete();
        Assert.Null(await stream.ReadAsync());
        Assert.Equal(0, server.Budget.Taken);
        Assert.InRange(server.Budget.Peak, 3_000_000, 8_000_000);
    }

    [Fact]
    public async Task The_server_may_end_while_the_caller_still_sends()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (requests, responses, context) =>
        {
            await requests.MoveNext(context.CancellationToken);
            await responses.WriteAsync(new PullMessagesResponse { Id = "last" });
        })]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        await stream.WriteAsync(Ack("a"));
        Assert.Equal("last", (await stream.ReadAsync())!.Id);
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task A_failure_comes_before_or_after_messages()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (requests, responses, context) =>
        {
            while (await requests.MoveNext(context.CancellationToken) && requests.Current.AckMessageId != "fail")
                await responses.WriteAsync(new PullMessagesResponse { Id = requests.Current.AckMessageId });
            throw new RpcException(StatusCode.DataLoss, "as told");
        })]);
        using GrpcChannel channel = server.Open();
        foreach (int before in (int[])[0, 1, 3])
        {
            await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
            for (int i = 0; i < before; i++)
            {
                await stream.WriteAsync(Ack($"{i}"));
                Assert.Equal($"{i}", (await stream.ReadAsync())!.Id);
            }

            await stream.WriteAsync(Ack("fail"));
            CallException failure = await Answers.FailureOf(stream.ReadAsync());
            Assert.Equal(StatusCode.DataLoss, failure.Code);
            Assert.Equal("as told", failure.Detail);
        }
    }

    [Fact]
    public async Task A_stream_given_up_in_the_middle_cancels_its_handler()
    {
        var ended = new TaskCompletionSource<Exception>();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Watched(ended))]);
        using GrpcChannel channel = server.Open();
        await using (DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull())
        {
            await stream.WriteAsync(Ack("a"));
            Assert.Equal("a", (await stream.ReadAsync())!.Id);
        }

        Assert.True(await ended.Task is OperationCanceledException or IOException);
        await server.IdleAsync();
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task A_caller_that_vanishes_cancels_its_handler()
    {
        var ended = new TaskCompletionSource<Exception>();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Watched(ended))]);
        using (RawConnection raw = await RawConnection.OpenAsync(server.Path))
        {
            int stream = await raw.BeginAsync(Probe.PullPath);
            await raw.SendAsync(Frame.Data(stream, WireFrame.Of(Ack("a")), end: false));
            Frame? frame;
            do
            {
                frame = await raw.ReadFrameAsync();
            }
            while (frame!.Type != FrameType.Data);
        }

        Assert.True(await ended.Task is OperationCanceledException or IOException);
        await server.IdleAsync();
        Assert.Equal(0, server.Budget.Taken);
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task A_deadline_ends_a_stream()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull(
            new CallOptions { Timeout = TimeSpan.FromMilliseconds(50), GivesUpAtDeadline = false });
        await stream.BeginAsync();
        Assert.Equal(StatusCode.DeadlineExceeded, (await Answers.FailureOf(stream.ReadAsync())).Code);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_streams()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        await stream.WriteAsync(Ack("a"));
        await stream.ReadAsync();
        Task stopped = server.StopAsync();
        Assert.Equal(StatusCode.Unavailable, (await Answers.FailureOf(stream.ReadAsync())).Code);
        await stopped;
    }

    [Fact]
    public async Task A_read_left_behind_by_its_handler_ends_with_the_call()
    {
        Task<bool>? left = null;
        IAsyncStreamReader<PullMessagesRequest>? kept = null;
        IServerStreamWriter<PullMessagesResponse>? writer = null;
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((requests, responses, _) =>
        {
            (kept, writer) = (requests, responses);
            left = requests.MoveNext(CancellationToken.None);
            return Task.CompletedTask;
        })]);
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Pull();
        await stream.BeginAsync();
        Assert.Null(await stream.ReadAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left!);
        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.MoveNext(CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer!.WriteAsync(new PullMessagesResponse()));
    }

    [Fact]
    public async Task Two_writes_at_once_are_refused()
    {
        var refused = new TaskCompletionSource<bool>();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (_, responses, context) =>
        {
            // The caller's window is full long before this is through, so the first write is under way.
            Task first = responses.WriteAsync(new PullMessagesResponse { Data = ByteString.CopyFrom(new byte[4_000_000]) });
            try
            {
                await responses.WriteAsync(new PullMessagesResponse());
                refused.SetResult(false);
            }
            catch (InvalidOperationException)
            {
                refused.SetResult(true);
            }

            await first.WaitAsync(context.CancellationToken);
        })]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        int stream = await raw.BeginAsync(Probe.PullPath);
        Assert.True(await refused.Task);
        Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(stream)).Status);
    }

    [Fact]
    public async Task A_thousand_streams_at_once_each_get_their_own()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync), Probe.Of(Answers.Echo)]);
        using GrpcChannel channel = server.Open();
        DuplexStream<PullMessagesRequest, PullMessagesResponse>[] streams = [.. Enumerable.Range(0, 1_000).Select(_ => channel.Pull())];
        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAll(streams.Select((stream, i) => stream.WriteAsync(Ack($"{i}.{round}"))));
            PullMessagesResponse?[] read = await Task.WhenAll(streams.Select(stream => stream.ReadAsync()));
            Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"{i}.{round}"), read.Select(message => message!.Id));
        }

        Assert.Equal("beside", (await channel.GetAsync("beside")).Data.ToStringUtf8());
        foreach (DuplexStream<PullMessagesRequest, PullMessagesResponse> stream in streams)
            stream.Complete();
        Assert.All(await Task.WhenAll(streams.Select(stream => stream.ReadAsync())), Assert.Null);
        Assert.Equal(0, server.Budget.Taken);
        foreach (DuplexStream<PullMessagesRequest, PullMessagesResponse> stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_above_the_limit_is_refused()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)], new GrpcOptions { StreamsMax = 2 });
        using GrpcChannel channel = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> first = channel.Pull(), second = channel.Pull();
        await first.WriteAsync(Ack("1"));
        await second.WriteAsync(Ack("2"));
        Assert.Equal("1", (await first.ReadAsync())!.Id);
        Assert.Equal("2", (await second.ReadAsync())!.Id);
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> third = channel.Pull();
        Assert.Equal(StatusCode.ResourceExhausted, (await Answers.FailureOf(third.ReadAsync())).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, StatusCode.ResourceExhausted)]
    public async Task A_half_stream_that_is_no_message_ends_its_call_alone(byte[] tail, StatusCode expected)
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(EchoAsync)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        int other = await raw.BeginAsync(Probe.PullPath), stream = await raw.BeginAsync(Probe.PullPath);
        await raw.SendAsync(Frame.Data(stream, [.. WireFrame.Of(Ack("good")), .. tail], end: true));
        RawAnswer answer = await raw.ReadAnswerAsync(stream);
        Assert.Equal(expected, answer.Status);
        Assert.Equal(WireFrame.Of(new PullMessagesResponse { Id = "good" }), answer.Body);
        await raw.SendAsync(Frame.Data(other, WireFrame.Of(Ack("other")), end: true));
        Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(other)).Status);
        Assert.Equal(0, server.Budget.Taken);
    }

    private static PullMessagesRequest Ack(string id) => new() { AckMessageId = id };

    private static async Task EchoAsync(
        IAsyncStreamReader<PullMessagesRequest> requests, IServerStreamWriter<PullMessagesResponse> responses, ServerCallContext context)
    {
        while (await requests.MoveNext(context.CancellationToken))
            await responses.WriteAsync(new PullMessagesResponse { Id = requests.Current.AckMessageId });
    }

    private static DuplexStreamingServerMethod<PullMessagesRequest, PullMessagesResponse> Watched(
        TaskCompletionSource<Exception> ended) => async (requests, responses, context) =>
    {
        try
        {
            await EchoAsync(requests, responses, context);
            ended.SetResult(new InvalidOperationException("it ended by itself"));
        }
        catch (Exception failure)
        {
            ended.SetResult(failure);
            throw;
        }
    };
}
