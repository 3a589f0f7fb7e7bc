using Google.Protobuf;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Grpc.Tests.Fixture;

/// <summary>Calls of the probe, and what came of them.</summary>
internal static class Answers
{
    public static CallOptions Plain { get; } = new();

    /// <summary>Answers with the key as data.</summary>
    public static Task<GetResponse> Echo(GetRequest request, ServerCallContext _) =>
        Task.FromResult(new GetResponse { Data = ByteString.CopyFromUtf8(request.Key) });

    public static Task<GetResponse> GetAsync(this GrpcChannel channel, string key, CallOptions? options = null) =>
        channel.UnaryAsync(Probe.GetPath, new GetRequest { Key = key }, GetResponse.Parser, options ?? Plain,
            TestContext.Current.CancellationToken);

    public static Task<GetResponse> PostAsync(this GrpcChannel channel, byte[] body, CallOptions? options = null) =>
        channel.SendAsync(Probe.GetPath, body, GetResponse.Parser, options ?? Plain, TestContext.Current.CancellationToken);

    public static DuplexStream<PullMessagesRequest, PullMessagesResponse> Pull(this GrpcChannel channel, CallOptions? options = null) =>
        channel.Duplex<PullMessagesRequest, PullMessagesResponse>(
            Probe.PullPath, PullMessagesResponse.Parser, options ?? Plain, TestContext.Current.CancellationToken);

    public static async Task<CallException> FailureOf(Task call) => await Assert.ThrowsAsync<CallException>(() => call);
}
