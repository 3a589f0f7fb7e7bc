using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>One request, one answer, through a real socket.</summary>
public sealed class UnaryTests
{
    [Fact]
    public async Task A_request_is_answered()
    {
        await using GrpcServer server = await GrpcServer.StartAsync([Probe.Of((request, _) => Task.FromResult(new GetResponse
        {
            Data = Google.Protobuf.ByteString.CopyFromUtf8(request.Key + "!"),
        }))]);
        using GrpcChannel channel = server.Open();
        GetResponse answer = await channel.UnaryAsync(
            Probe.GetPath, new GetRequest { Key = "a" }, GetResponse.Parser, new CallOptions(), TestContext.Current.CancellationToken);
        Assert.Equal("a!", answer.Data.ToStringUtf8());
        Assert.Equal(0, server.Budget.Taken);
    }
}
