using Google.Protobuf;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Testing;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>A sidecar with a component's socket, and one Component that calls it.</summary>
internal sealed class StateSidecar : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly RunningSidecar _sidecar;

    private StateSidecar(TempFolder folder, RunningSidecar sidecar, ManualTime time)
    {
        _folder = folder;
        _sidecar = sidecar;
        Time = time;
        Client = new ComponentClient(Socket, "agents");
    }

    public ManualTime Time { get; }

    public ComponentClient Client { get; }

    public RunningSidecar Sidecar => _sidecar;

    public string Socket => _folder.Combine("thermocline.sock");

    public static async Task<StateSidecar> StartAsync(
        string yaml = "", IFiles? files = null, string? folder = null, Func<MemoryLedger, MemoryReading>? sense = null)
    {
        var sockets = new TempFolder();
        var time = new ManualTime();
        RunningSidecar sidecar = await RunningSidecar.StartAsync(
            $"dapr: {{socketFolder: {sockets.Path}}}\n{yaml}", folder, files, time, sense: sense);
        return new StateSidecar(sockets, sidecar, time);
    }

    public static SetRequest Request(string key, string value) => new() { Key = key, Value = ByteString.CopyFromUtf8(value) };

    public ComponentClient As(string component) => new(Socket, component);

    public Task InitAsync(params (string Name, string Value)[] properties)
    {
        var metadata = new MetadataRequest();
        foreach ((string name, string value) in properties)
            metadata.Properties[name] = value;
        return Client.CallAsync("StateStore", "Init", new InitRequest { Metadata = metadata }, InitResponse.Parser);
    }

    public Task SetAsync(SetRequest request) => Client.CallAsync("StateStore", "Set", request, SetResponse.Parser);

    public Task SetAsync(string key, string value, string? etag = null)
    {
        SetRequest request = Request(key, value);
        if (etag is not null)
            request.Etag = new Etag { Value = etag };
        return SetAsync(request);
    }

    public Task<GetResponse> GetAsync(string key) => Client.CallAsync("StateStore", "Get", new GetRequest { Key = key }, GetResponse.Parser);

    public Task DeleteAsync(DeleteRequest request) => Client.CallAsync("StateStore", "Delete", request, DeleteResponse.Parser);

    public Task BulkSetAsync(IEnumerable<SetRequest> items) =>
        Client.CallAsync("StateStore", "BulkSet", new BulkSetRequest { Items = { items } }, BulkSetResponse.Parser);

    public Task BulkDeleteAsync(IEnumerable<DeleteRequest> items) =>
        Client.CallAsync("StateStore", "BulkDelete", new BulkDeleteRequest { Items = { items } }, BulkDeleteResponse.Parser);

    public Task<BulkGetResponse> BulkGetAsync(IEnumerable<string> keys) => Client.CallAsync(
        "StateStore", "BulkGet", new BulkGetRequest { Items = { keys.Select(key => new GetRequest { Key = key }) } }, BulkGetResponse.Parser);

    public Task TransactAsync(params TransactionalStateOperation[] operations) => Client.CallAsync(
        "TransactionalStateStore", "Transact", new TransactionalStateRequest { Operations = { operations } }, TransactionalStateResponse.Parser);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _sidecar.DisposeAsync();
        _folder.Dispose();
    }
}
