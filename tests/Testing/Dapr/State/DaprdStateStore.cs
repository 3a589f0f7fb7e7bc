using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;

namespace Thermocline.Testing.Dapr.State;

/// <summary>Dapr's state API over one Component instance, as daprd calls the component for it.</summary>
public sealed class DaprdStateStore
{
    internal const string Service = "/dapr.proto.components.v1.StateStore";
    private const string TransactPath = "/dapr.proto.components.v1.TransactionalStateStore/Transact";
    private const string MaxSizePath = "/dapr.proto.components.v1.TransactionalStoreMultiMaxSize/MultiMaxSize";
    private const string Separator = "||";
    private static readonly TimeSpan MaxSizeLimit = TimeSpan.FromSeconds(5);

    private readonly DaprdConnection _connection;
    private readonly string _prefix;
    private long? _operationsMax;

    internal DaprdStateStore(DaprdConnection connection, string appId, IReadOnlyList<string> features)
    {
        _connection = connection;
        Features = features;
        string strategy = connection.Component.Metadata.GetValueOrDefault("keyPrefix", "appid");
        _prefix = strategy switch
        {
            "none" => "",
            "appid" => appId + Separator,
            "name" => connection.Component.Name + Separator,
            _ => strategy + Separator,
        };
    }

    /// <summary>What the component says it can.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>Saves one item.</summary>
    /// <exception cref="DaprdException">It was not saved, or nobody knows.</exception>
    public Task SetAsync(StateItem item, CancellationToken cancellation) => SaveAsync([item], cancellation);

    /// <summary>Saves items: one goes as Set, several as BulkSet.</summary>
    /// <exception cref="DaprdException">They were not saved, or nobody knows.</exception>
    public Task SaveAsync(IReadOnlyList<StateItem> items, CancellationToken cancellation) => items is [{ } only]
        ? _connection.CallAsync($"{Service}/Set", only.ToSet(Full(only.Key)), SetResponse.Parser, DaprdErrors.OfWrite, cancellation)
        : _connection.CallAsync($"{Service}/BulkSet", new BulkSetRequest { Items = { items.Select(item => item.ToSet(Full(item.Key))) } },
            BulkSetResponse.Parser, DaprdErrors.OfWrite, cancellation);

    /// <summary>Reads one key.</summary>
    /// <exception cref="DaprdException">It was not read.</exception>
    public async Task<StateAnswer> GetAsync(string key, CancellationToken cancellation)
    {
        GetResponse response = await _connection.CallAsync(
            $"{Service}/Get", new GetRequest { Key = Full(key) }, GetResponse.Parser, DaprdErrors.OfAny, cancellation);
        return new StateAnswer(key, response.Data.ToByteArray(), response.Etag?.Value, response.ContentType, response.Metadata, "");
    }

    /// <summary>Reads several keys, in whatever order the component answers.</summary>
    /// <exception cref="DaprdException">They were not read.</exception>
    public async Task<IReadOnlyList<StateAnswer>> BulkGetAsync(IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        BulkGetResponse response = await _connection.CallAsync(
            $"{Service}/BulkGet", new BulkGetRequest { Items = { keys.Select(key => new GetRequest { Key = Full(key) }) } },
            BulkGetResponse.Parser, DaprdErrors.OfAny, cancellation);
        return [.. response.Items.Select(item => new StateAnswer(
            item.Key[_prefix.Length..], item.Data.ToByteArray(), item.Etag?.Value, item.ContentType, item.Metadata, item.Error))];
    }

    /// <summary>Deletes one key.</summary>
    /// <exception cref="DaprdException">It was not deleted, or nobody knows.</exception>
    public Task DeleteAsync(StateItem item, CancellationToken cancellation) => DeleteManyAsync([item], cancellation);

    /// <summary>Deletes keys: one goes as Delete, several as BulkDelete.</summary>
    /// <exception cref="DaprdException">They were not deleted, or nobody knows.</exception>
    public Task DeleteManyAsync(IReadOnlyList<StateItem> items, CancellationToken cancellation) => items is [{ } only]
        ? _connection.CallAsync($"{Service}/Delete", only.ToDelete(Full(only.Key)), DeleteResponse.Parser, DaprdErrors.OfWrite, cancellation)
        : _connection.CallAsync(
            $"{Service}/BulkDelete", new BulkDeleteRequest { Items = { items.Select(item => item.ToDelete(Full(item.Key))) } },
            BulkDeleteResponse.Parser, DaprdErrors.OfWrite, cancellation);

    /// <summary>Does all operations or none. Refused when the component does not say that it can, or for more than it takes.</summary>
    /// <exception cref="DaprdException">They were not done, or nobody knows.</exception>
    public async Task TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellation)
    {
        if (!Features.Contains("TRANSACTIONAL"))
            throw DaprdException.Refused(500, "the state store does not support transactions");
        long max = _operationsMax ??= await ReadOperationsMaxAsync(cancellation);
        if (max >= 0 && operations.Count > max)
            throw DaprdException.Refused(400, $"the transaction contains {operations.Count} operations, more than {max}");
        var request = new TransactionalStateRequest();
        foreach (StateOperation operation in operations)
        {
            string key = Full(operation.Item.Key);
            request.Operations.Add(operation.IsDelete
                ? new TransactionalStateOperation { Delete = operation.Item.ToDelete(key) }
                : new TransactionalStateOperation { Set = operation.Item.ToSet(key) });
        }

        await _connection.CallAsync(
            TransactPath, request, TransactionalStateResponse.Parser, DaprdErrors.OfTransaction, cancellation);
    }

    /// <summary>Waits until the component answers.</summary>
    public Task PingAsync(CancellationToken cancellation) =>
        _connection.CallWhenReadyAsync($"{Service}/Ping", new PingRequest(), PingResponse.Parser, cancellation);

    private string Full(string key) => key.Contains(Separator, StringComparison.Ordinal)
        ? throw DaprdException.Refused(400, $"input key/keyPrefix '{key}' can't contain '{Separator}'")
        : _prefix + key;

    private async Task<long> ReadOperationsMaxAsync(CancellationToken cancellation)
    {
        try
        {
            return (await _connection.CallAsync(
                MaxSizePath, new MultiMaxSizeRequest(), MultiMaxSizeResponse.Parser, MaxSizeLimit, cancellation)).MaxSize;
        }
        catch (CallException)
        {
            return -1;
        }
    }
}
