using System.Globalization;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Cold.S3;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.S3;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>Records sink into a real bucket, the folder is wiped, and everything comes back. The full size is `./bench cold`.</summary>
public sealed class OffloadTests(S3Services services, ITestOutputHelper output)
{
    private const long Bytes = 24L << 20;

    [Theory]
    [InlineData(S3Kind.Moto)]
    [InlineData(S3Kind.Swift)]
    public async Task Every_record_comes_back_from_the_bucket_alone(S3Kind kind)
    {
        S3Endpoint endpoint = await services.UseAsync(kind);
        string prefix = string.Create(CultureInfo.InvariantCulture, $"offload-{Environment.ProcessId}-{Environment.TickCount64}");
        using var bucket = new S3ColdStore(endpoint.Options(prefix), TimeProvider.System);
        using var cold = new ResilientColdStore(bucket, new ResilienceOptions(), TimeProvider.System);
        await RunAsync(cold);
    }

    [Fact]
    public async Task Every_record_comes_back_from_another_folder_alone()
    {
        using var folder = new TempFolder();
        using var cold = new FolderColdStore(folder.Path, TimeProvider.System);
        await RunAsync(cold);
    }

    [Fact]
    public async Task Every_record_comes_back_from_a_state_store_of_Dapr_alone()
    {
        using var dapr = new StateStandIn();
        using var state = new DaprStateCold(dapr.Options, TimeProvider.System);
        using var cold = new ResilientColdStore(state, new ResilienceOptions(), TimeProvider.System);
        await RunAsync(cold);
        Assert.InRange(dapr.RequestBytesMax, 1, 400_000);
    }

    private async Task RunAsync(IColdStore cold)
    {
        using var folder = new TempFolder();
        var options = new OffloadOptions { Cold = cold, Folder = folder.Path, Bytes = Bytes, ColdReads = 100 };
        OffloadReport report = await new OffloadDriver(options, output.WriteLine).RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(report.Mistakes);
        Assert.True(report.LocalBytesAfter < report.PlainBytes / 4, $"{report.LocalBytesAfter:N0} bytes stayed.");
        Assert.True(report.RequestsPerColdRead <= 1, $"{report.RequestsPerColdRead} requests a read.");
    }
}
