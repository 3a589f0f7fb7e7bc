using Google.Protobuf;
using Google.Protobuf.Reflection;
using Thermocline.Grpc.Reflection;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Reflection.V1;
using Thermocline.Testing.Grpc;
using Xunit;
using Alpha = Thermocline.Protocol.Reflection.V1Alpha;

namespace Thermocline.Grpc.Tests;

/// <summary>What a client learns of a server by asking it.</summary>
public sealed class ReflectionTests
{
    private const string NowPath = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private const string AlphaPath = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

    private static readonly string[] Names =
    [
        "dapr.proto.components.v1.PubSub",
        "dapr.proto.components.v1.StateStore",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];

    [Fact]
    public async Task Both_versions_list_every_service_and_themselves()
    {
        await using GrpcServer server = await StartAsync();
        ServerReflectionResponse answer = Assert.Single(await AskAsync(server, new ServerReflectionRequest { Host = "h", ListServices = "*" }));
        Assert.Equal(Names, answer.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Equal("h", answer.ValidHost);
        Assert.Equal("*", answer.OriginalRequest.ListServices);

        using GrpcChannel channel = server.Open();
        await using DuplexStream<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse> stream =
            channel.Duplex<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse>(
                AlphaPath, Alpha.ServerReflectionResponse.Parser, Answers.Plain, TestContext.Current.CancellationToken);
        await stream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "*" });
        Alpha.ServerReflectionResponse? alpha = await stream.ReadAsync();
        Assert.Equal(Names, alpha!.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("dapr.proto.components.v1.StateStore")]
    [InlineData("dapr.proto.components.v1.StateStore.Get")]
    [InlineData("dapr.proto.components.v1.GetRequest")]
    [InlineData("dapr.proto.components.v1.GetRequest.key")]
    [InlineData("dapr.proto.components.v1.StateOptions.StateConcurrency")]
    public async Task A_symbol_gives_its_file_and_all_that_it_needs(string symbol)
    {
        await using GrpcServer server = await StartAsync();
        ServerReflectionResponse answer = Assert.Single(await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = symbol }));
        ByteString[] files = [.. answer.FileDescriptorResponse.FileDescriptorProto];
        string[] names = [.. files.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name)];
        Assert.Equal("dapr/proto/components/v1/state.proto", names[0]);
        Assert.Contains("dapr/proto/components/v1/common.proto", names);
        // All of it together is a working set of definitions.
        Assert.Equal(files.Length, FileDescriptor.BuildFromByteStrings(files.Reverse()).Count);
    }

    [Fact]
    public async Task A_file_is_found_by_name_and_is_sent_once_with_its_dependencies()
    {
        await using GrpcServer server = await StartAsync();
        var file = new ServerReflectionRequest { FileByFilename = "dapr/proto/components/v1/pubsub.proto" };
        IReadOnlyList<ServerReflectionResponse> answers = await AskAsync(server, file, file);
        Assert.Equal(2, answers[0].FileDescriptorResponse.FileDescriptorProto.Count);
        Assert.Single(answers[1].FileDescriptorResponse.FileDescriptorProto);
        Assert.Equal("dapr/proto/components/v1/pubsub.proto",
            FileDescriptorProto.Parser.ParseFrom(answers[1].FileDescriptorResponse.FileDescriptorProto[0]).Name);
    }

    [Fact]
    public async Task What_is_not_there_is_answered_and_the_stream_goes_on()
    {
        await using GrpcServer server = await StartAsync();
        IReadOnlyList<ServerReflectionResponse> answers = await AskAsync(server,
            new ServerReflectionRequest { FileByFilename = "nothing.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "no.Such" },
            new ServerReflectionRequest
            {
                FileContainingExtension = new ExtensionRequest { ContainingType = "dapr.proto.components.v1.GetRequest", ExtensionNumber = 7 },
            },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "no.Such" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "dapr.proto.components.v1.GetRequest" });
        Assert.All(answers.Take(4), answer => Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode));
        Assert.Equal("dapr.proto.components.v1.GetRequest", answers[4].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answers[4].AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task A_request_for_nothing_is_invalid()
    {
        await using GrpcServer server = await StartAsync();
        CallException failure = await Answers.FailureOf(AskAsync(server, new ServerReflectionRequest()));
        Assert.Equal(StatusCode.InvalidArgument, failure.Code);
    }

    private static Task<GrpcServer> StartAsync() =>
        GrpcServer.StartAsync(ServerReflection.With([Probe.Of(Answers.Echo), Probe.Of((_, _, _) => Task.CompletedTask)]));

    private static async Task<IReadOnlyList<ServerReflectionResponse>> AskAsync(GrpcServer server, params ServerReflectionRequest[] requests)
    {
        using GrpcChannel channel = server.Open();
        await using DuplexStream<ServerReflectionRequest, ServerReflectionResponse> stream =
            channel.Duplex<ServerReflectionRequest, ServerReflectionResponse>(
                NowPath, ServerReflectionResponse.Parser, Answers.Plain, TestContext.Current.CancellationToken);
        var answers = new List<ServerReflectionResponse>();
        foreach (ServerReflectionRequest request in requests)
        {
            await stream.WriteAsync(request);
            answers.Add((await stream.ReadAsync())!);
        }

        stream.Complete();
        Assert.Null(await stream.ReadAsync());
        return answers;
    }
}
