using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Cold.S3;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.S3;

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>One of the cold stores, empty, and what it needs for cleaning up.</summary>
internal sealed class ColdUnderTest : IDisposable
{
    private readonly Func<IColdStore> _open;
    private readonly TempFolder _folder;
    private readonly StateStandIn _dapr;

    private ColdUnderTest(TempFolder folder, StateStandIn dapr, Func<IColdStore> open)
    {
        _folder = folder;
        _dapr = dapr;
        _open = open;
        Store = open();
    }

    public IColdStore Store { get; }

    public static async Task<ColdUnderTest> OpenAsync(ColdKind kind, S3Services services)
    {
        var folder = new TempFolder();
        var dapr = new StateStandIn();
        var memory = new MemoryColdStore(TimeProvider.System);
        string prefix = Guid.NewGuid().ToString("N");
        S3Endpoint? endpoint = kind switch
        {
            ColdKind.Moto => await services.UseAsync(S3Kind.Moto),
            ColdKind.Swift => await services.UseAsync(S3Kind.Swift),
            _ => null,
        };
        return new ColdUnderTest(folder, dapr, kind switch
        {
            ColdKind.Memory => () => memory,
            ColdKind.Resilient => () => new ResilientColdStore(memory, new ResilienceOptions(), TimeProvider.System),
            ColdKind.Dapr => () => new DaprStateCold(dapr.Options, TimeProvider.System),
            ColdKind.Folder => () => new FolderColdStore(folder.Combine("cold"), TimeProvider.System),
            ColdKind.Moto or ColdKind.Swift => () => new S3ColdStore(
                endpoint!.Options(prefix) with { MultipartBytesMin = 5 << 20, PartBytes = 5 << 20, PageEntries = 50 },
                TimeProvider.System),
        });
    }

    /// <summary>The same objects as another process sees them.</summary>
    public IColdStore OpenAgain() => _open();

    public void Dispose()
    {
        Store.Dispose();
        _dapr.Dispose();
        _folder.Dispose();
    }
}
