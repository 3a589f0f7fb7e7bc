using Google.Protobuf;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Thermocline.Testing.Grpc.RawHttp2;
using Xunit;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>Clients that mean harm: they are told so, memory stays flat, and the others notice nothing.</summary>
public sealed class HostileClientTests
{
    private const long FlatBytes = 8 << 20;

    private static readonly byte[] Good = WireFrame.Of(new GetRequest { Key = "abc" });

    public static TheoryData<string, byte[]> BadFrames => new()
    {
        { "data on no stream", Frame.Data(0, Good, end: true).ToBytes() },
        { "headers on an even stream", Frame.Headers(2, HeaderBlock.OfCall(Probe.GetPath), end: true).ToBytes() },
        { "headers on no stream", Frame.Headers(0, HeaderBlock.OfCall(Probe.GetPath), end: true).ToBytes() },
        { "headers that are no HPACK", Frame.Headers(1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], end: true).ToBytes() },
        { "a continuation of nothing", new Frame(FrameType.Continuation, 4, 1, [0]).ToBytes() },
        { "a frame larger than allowed", new Frame(FrameType.Data, 0, 1, new byte[(16 << 10) + 1]).ToBytes() },
        { "settings of an odd length", new Frame(FrameType.Settings, 0, 0, [1, 2, 3]).ToBytes() },
        { "a window opened by nothing", Frame.Window(0, 0).ToBytes() },
        { "a window opened too far", Frame.Window(0, int.MaxValue).ToBytes() },
        { "a push by a client", new Frame(FrameType.PushPromise, 4, 1, [0, 0, 0, 2]).ToBytes() },
        { "a ping of the wrong length", new Frame(FrameType.Ping, 0, 0, [1]).ToBytes() },
        { "a reset of a stream that never was", Frame.Reset(1, 8).ToBytes() },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task A_wrong_frame_closes_its_connection_and_no_other(string what, byte[] frame)
    {
        Assert.NotEmpty(what);
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using GrpcChannel other = server.Open();
        await other.GetAsync("before");
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        await raw.SendAsync(frame);
        await raw.ReadToEndAsync();
        Assert.NotEqual(0, raw.GoAwayCode ?? 1);
        Assert.Equal("after", (await other.GetAsync("after")).Data.ToStringUtf8());
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task A_client_that_speaks_something_else_is_closed()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.ConnectAsync(server.Path);
        await raw.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await raw.ReadToEndAsync();
        using GrpcChannel other = server.Open();
        await other.GetAsync("after");
    }

    [Fact]
    public async Task Frames_of_an_unknown_kind_are_skipped()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        await raw.SendAsync(new Frame((FrameType)0x77, 0xFF, 5, [1, 2, 3]));
        Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(await raw.CallAsync(Probe.GetPath, Good))).Status);
    }

    [Fact]
    public async Task A_thousand_half_streams_that_announce_much_cost_what_they_sent()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using GrpcChannel other = server.Open();
        await other.GetAsync("before");
        server.Budget.BytesMax = 64 << 10;
        long before = Settled();
        using (RawConnection raw = await RawConnection.OpenAsync(server.Path))
        {
            for (int i = 0; i < 1_000; i++)
                await raw.SendAsync(Frame.Data(await raw.BeginAsync(Probe.GetPath), [0, 0, 0x3F, 0xFF, 0xFF, 1], end: false));
            // One after the other on the same connection: when this is answered, all before it have been read.
            Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(await raw.CallAsync(Probe.GetPath, Good))).Status);
            Assert.Equal("beside", (await other.GetAsync("beside")).Data.ToStringUtf8());
            Assert.InRange(server.Budget.Peak, 6, 7_000);
            // A thousand calls under way, each with its stream; four gigabytes were announced.
            Assert.InRange(Settled() - before, long.MinValue, 4 * FlatBytes);
        }

        await server.IdleAsync();
        Assert.Equal("after", (await other.GetAsync("after")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_caller_that_takes_no_answers_holds_one_message_of_its_stream_at_a_time()
    {
        // Less than what lies between handler and caller holds, so that this many are written though none is taken.
        const int Bytes = 8 << 10, Messages = 12;
        int written = 0;
        var enough = new TaskCompletionSource();
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(async (_, responses, _) =>
        {
            while (true)
            {
                await responses.WriteAsync(new PullMessagesResponse { Data = ByteString.CopyFrom(new byte[Bytes]) });
                if (++written == Messages)
                    enough.SetResult();
            }
        })]);
        using (RawConnection raw = await RawConnection.OpenAsync(server.Path))
        {
            await raw.BeginAsync(Probe.PullPath);
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.InRange(server.Budget.Peak, Bytes, 2 * Bytes);
        }

        await server.IdleAsync();
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task Memory_stays_flat_whatever_is_sent()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using GrpcChannel other = server.Open();
        await HarmAsync(server, rounds: 5);
        long before = Settled();
        await HarmAsync(server, rounds: 50);
        await server.IdleAsync();
        Assert.InRange(Settled() - before, long.MinValue, FlatBytes);
        Assert.Equal("after", (await other.GetAsync("after")).Data.ToStringUtf8());
    }

    // Giant lengths, compressed flags, unknown methods, half streams, resets and clients that vanish: 60 calls a round.
    private static async Task HarmAsync(GrpcServer server, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            using RawConnection raw = await RawConnection.OpenAsync(server.Path);
            for (int i = 0; i < 10; i++)
            {
                int giant = await raw.CallAsync(Probe.GetPath, [0, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[8_000]]);
                int compressed = await raw.CallAsync(Probe.GetPath, WireFrame.Of(new byte[8_000], flag: 1));
                int unknown = await raw.CallAsync($"/nobody/Knows{round}x{i}", new byte[8_000]);
                int half = await raw.BeginAsync(Probe.GetPath);
                await raw.SendAsync(Frame.Data(half, [0, 0, 0x20, 0, 0, .. new byte[8_000]], end: false), Frame.Reset(half, 8));
                await raw.SendAsync(Frame.Data(await raw.BeginAsync(Probe.GetPath), [0, 0, 0x20, 0, 0, .. new byte[100]], end: false));
                Assert.Equal(StatusCode.ResourceExhausted, (await raw.ReadAnswerAsync(giant)).Status);
                Assert.Equal(StatusCode.Internal, (await raw.ReadAnswerAsync(compressed)).Status);
                Assert.Equal(StatusCode.Unimplemented, (await raw.ReadAnswerAsync(unknown)).Status);
                Assert.Equal(StatusCode.OK, (await raw.ReadAnswerAsync(await raw.CallAsync(Probe.GetPath, Good))).Status);
            }
        }
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
