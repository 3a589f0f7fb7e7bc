using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Grpc.Tests.Dapr;

/// <summary>A client of others understands this server; and the cases it drives tell a right store from a wrong one.</summary>
public sealed class NodeClientTests
{
    [Fact]
    public async Task The_client_of_node_finds_every_case_in_order_on_a_store_that_is_right()
    {
        (int code, string output) = await RunAsync(new MapComponent());
        Assert.True(code == 0, output);
        Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);
        Assert.Contains(" passed, 0 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_which_case_a_store_fails()
    {
        var component = new MapComponent { Features = ["ETAG"] };
        component.Failures.Enqueue(new RpcException(StatusCode.Unavailable, "the first write fails"));
        (int code, string output) = await RunAsync(component);
        Assert.Equal(1, code);
        Assert.Contains("FAIL  features are those of the protocol: TRANSACTIONAL is missing", output, StringComparison.Ordinal);
        Assert.Contains("FAIL  set and get: an integer: 14 UNAVAILABLE: the first write fails", output, StringComparison.Ordinal);
        Assert.Contains(" passed, 2 failed", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(MapComponent component)
    {
        Required.That(NodeClient.FindPackages() is not null, NodeClient.Missing);
        using var folder = new TempFolder();
        await using GrpcServer server = await component.StartAsync(folder.Combine("map.sock"));
        return await NodeClient.RunConformanceAsync(server.Path, "conformance", TestContext.Current.CancellationToken);
    }
}
