using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Grpc.Calls;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Grpc.Wire;
using Thermocline.Protocol.Components;
using Xunit;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>980,000 of the million: mutated bodies through the code that reads messages, in process, each checked against a plain verdict.</summary>
public sealed class MessageFuzzTests
{
    private const int Cases = 980_000;
    private const int BytesMax = 1 << 20;

    [Fact]
    public async Task Every_mutated_body_is_judged_right_whole_and_in_pieces()
    {
        FuzzSeed.Say($"{Cases} mutated bodies in process");
        var budget = new Budget();
        var host = new CallHost(
            new GrpcOptions { MaxReceiveMessageBytes = BytesMax, TryTake = budget.TryTake, Return = budget.Return },
            NullLogger.Instance, CancellationToken.None);
        var http = new DefaultHttpContext();
        int good = 0;
        for (int number = 0; number < Cases; number++)
        {
            Random chance = FuzzSeed.Of(number);
            byte[] body = Mutation.Body(chance);
            (StatusCode expected, GetRequest? message) = Mutation.Verdict(body, BytesMax);
            good += expected == StatusCode.OK ? 1 : 0;
            var call = new ServerCallContext(http, Probe.GetPath, host, timeout: null);
            Received<GetRequest> whole = (number & 1) == 0
                ? await MessageInput.ReadSingleAsync(PipeReader.Create(Pieces.Cut(body, chance)), GetRequest.Parser, call)
                : TakeAsItArrives(body, chance, call);
            call.End();
            bool right = (whole.Refusal?.Code ?? StatusCode.OK) == expected && Equals(whole.Message, message);
            Assert.True(right, $"case {number} of seed {FuzzSeed.Value}: {Convert.ToHexString(body)} gave {whole.Refusal?.Code}");
        }

        Assert.Equal(0, budget.Taken);
        // No body is longer than two good ones and some noise, so nothing more was ever charged, whatever was announced.
        Assert.InRange(budget.Peak, 300, 2_000);
        Assert.InRange(good, Cases / 10, Cases / 2);
    }

    [Fact]
    public void An_announced_length_allocates_nothing()
    {
        var host = new CallHost(new GrpcOptions { MaxReceiveMessageBytes = 1 << 30 }, NullLogger.Instance, CancellationToken.None);
        var call = new ServerCallContext(new DefaultHttpContext(), Probe.GetPath, host, timeout: null);
        var announced = new ReadOnlySequence<byte>([0, 0x3F, 0xFF, 0xFF, 0xFF, 1, 2, 3]);
        for (int i = 0; i < 2; i++)
        {
            var taker = new MessageTaker<GetRequest>(GetRequest.Parser, call);
            ReadOnlySequence<byte> arrived = announced;
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Null(taker.TryTake(ref arrived, out GetRequest? message));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Null(message);
            Assert.Equal(8, taker.Charged);
            if (i > 0)
                Assert.Equal(0, allocated);
        }
    }

    // As a body is read whose bytes come in pieces: what is not consumed is seen again with more behind it.
    private static Received<GetRequest> TakeAsItArrives(byte[] body, Random chance, ServerCallContext call)
    {
        var taker = new MessageTaker<GetRequest>(GetRequest.Parser, call);
        for (int here = 0; ; here = Math.Min(body.Length, here + 1 + chance.Next(40)))
        {
            ReadOnlySequence<byte> arrived = Pieces.Cut(body.AsMemory(0, here), chance);
            if (taker.TryTake(ref arrived, out GetRequest? message) is { } refusal)
                return new Received<GetRequest>(null, refusal);
            if (message is not null)
            {
                return body.Length - here + arrived.Length == 0
                    ? new Received<GetRequest>(message, null)
                    : new Received<GetRequest>(null, Refusal.Trailing);
            }

            if (here == body.Length)
                return new Received<GetRequest>(null, Refusal.Incomplete);
        }
    }
}
