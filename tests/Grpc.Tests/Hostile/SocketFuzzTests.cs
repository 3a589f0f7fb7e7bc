using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Thermocline.Testing.Grpc.RawHttp2;
using Xunit;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>
/// 20,000 of the million, through a real socket: 10,000 mutated bodies in well-formed frames, each with its right status, and 10,000
/// frames, a third of them with bits turned over and many out of place, five to a connection. Such a frame may cost its sender the
/// connection, so that those behind it are not looked at, and nobody else anything.
/// </summary>
public sealed class SocketFuzzTests
{
    private const int Bodies = 10_000;
    private const int BodiesAtOnce = 50;
    private const int Frames = 10_000;
    private const int FramesOfAConnection = 5;

    [Fact]
    public async Task Every_mutated_body_gets_its_status()
    {
        FuzzSeed.Say($"{Bodies} mutated bodies through a socket");
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo)]);
        using RawConnection raw = await RawConnection.OpenAsync(server.Path);
        for (int number = 0; number < Bodies; number += BodiesAtOnce)
        {
            var sent = new List<(int Stream, byte[] Body)>();
            for (int i = number; i < number + BodiesAtOnce; i++)
            {
                byte[] body = Mutation.Body(FuzzSeed.Of(i));
                sent.Add((await raw.CallAsync(Probe.GetPath, body), body));
            }

            foreach ((int stream, byte[] body) in sent)
            {
                RawAnswer answer = await raw.ReadAnswerAsync(stream);
                (StatusCode expected, GetRequest? message) = Mutation.Verdict(body, new GrpcOptions().MaxReceiveMessageBytes);
                Assert.True(expected == answer.Status, $"seed {FuzzSeed.Value}: {Convert.ToHexString(body)} gave {answer.Status}");
                if (message is not null)
                    Assert.Equal(message.Key, GetResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).Data.ToStringUtf8());
            }
        }

        await server.IdleAsync();
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task Mutated_frames_cost_their_sender_its_connection_at_most()
    {
        FuzzSeed.Say($"{Frames} mutated frames through a socket");
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of(Answers.Echo), Probe.Of(EchoAsync)]);
        using GrpcChannel other = server.Open();
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> pull = other.Pull();
        for (int first = 0; first < Frames; first += FramesOfAConnection)
        {
            using RawConnection raw = await RawConnection.OpenAsync(server.Path);
            byte[] frames = [.. Enumerable.Range(0, FramesOfAConnection).SelectMany(i => MutatedFrame(1 + 2 * i, FuzzSeed.Of(first + i)))];
            if (await raw.SendAsync(frames))
                raw.EndSending();
            await raw.ReadToEndAsync();
            Assert.Equal($"{first}", (await other.GetAsync($"{first}")).Data.ToStringUtf8());
            await pull.WriteAsync(new PullMessagesRequest { AckMessageId = $"{first}" });
            Assert.Equal($"{first}", (await pull.ReadAsync())!.Id);
        }

        pull.Complete();
        Assert.Null(await pull.ReadAsync());
        await server.IdleAsync();
        Assert.Empty(server.Log.All);
    }

    private static byte[] MutatedFrame(int stream, Random chance)
    {
        string path = chance.Next(2) == 0 ? Probe.GetPath : Probe.PullPath;
        byte[] bytes = chance.Next(4) switch
        {
            // Most mistakes are to meet a call that is under way, not a connection that is closed.
            0 => Frame.Headers(stream, HeaderBlock.OfCall(path), end: false).ToBytes(),
            1 => Frame.Data(Math.Max(1, stream - 2), Mutation.Body(chance), chance.Next(2) == 0).ToBytes(),
            2 => [.. Frame.Headers(stream, HeaderBlock.OfCall(path), end: false).ToBytes(), .. Frame.Data(stream, Mutation.Body(chance), true).ToBytes()],
            _ => chance.Next(3) switch
            {
                0 => Frame.Reset(Math.Max(1, stream - 2), chance.Next(16)).ToBytes(),
                1 => Frame.Window(chance.Next(2) * stream, chance.Next()).ToBytes(),
                _ => new Frame((FrameType)chance.Next(16), (byte)chance.Next(256), chance.Next(8), new byte[chance.Next(32)]).ToBytes(),
            },
        };
        if (chance.Next(3) == 0)
            Mutation.Flip(bytes, chance);
        return bytes;
    }

    private static async Task EchoAsync(
        IAsyncStreamReader<PullMessagesRequest> requests, IServerStreamWriter<PullMessagesResponse> responses, ServerCallContext context)
    {
        while (await requests.MoveNext(context.CancellationToken))
            await responses.WriteAsync(new PullMessagesResponse { Id = requests.Current.AckMessageId });
    }
}
