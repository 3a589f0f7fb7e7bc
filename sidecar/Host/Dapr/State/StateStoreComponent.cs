using System.Runtime.CompilerServices;
using Google.Protobuf;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr.State;

/// <summary>
/// The state store as daprd calls it. A call of many items is done whole or not at all: the protocol has no way to say which item
/// failed, and daprd repeats such a call as a whole.
/// </summary>
internal sealed class StateStoreComponent(DataPlane plane, Governor.Governor governor, StateInstances instances)
{
    /// <summary>What it offers. Queries are left out: daprd does not keep applications apart in them.</summary>
    public static readonly IReadOnlyList<string> Features = ["ETAG", "TRANSACTIONAL", "TTL"];

    /// <summary>Items of one call.</summary>
    public const int ItemsMax = Limits.BatchOperationsMax;

    // What daprd reads of one answer, with room for what surrounds an item's fields.
    private const int AnswerBytesMax = (4 << 20) - (64 << 10);
    private const int ItemBytes = 16;
    private const int FetchesAtOnceMax = 16;

    private readonly StateRequests _requests = new(plane.Time);

    /// <summary>Takes the settings of a Component.</summary>
    public async ValueTask<InitResponse> InitAsync(string name, InitRequest request)
    {
        await instances.InitialiseAsync(name, request.Metadata?.Properties ?? new MetadataRequest().Properties);
        return new InitResponse();
    }

    /// <summary>Reads one record; one that is absent has no data and no tag.</summary>
    public ValueTask<GetResponse> GetAsync(string name, GetRequest request, CancellationToken cancellation)
    {
        byte[] key = StateRequests.KeyOf(instances.Of(name), request.Key);
        ValueTask near = plane.Store.FetchAsync(key, cancellation);
        return near.IsCompletedSuccessfully ? new(Read(key)) : FetchAndReadAsync(near, key);
    }

    /// <summary>Reads many records. What does not fit into the answer, or cannot be read, says so in its own item.</summary>
    public async ValueTask<BulkGetResponse> BulkGetAsync(string name, BulkGetRequest request, CancellationToken cancellation)
    {
        RefuseMany(request.Items.Count);
        StateInstance instance = instances.Of(name);
        byte[][] keys = [.. request.Items.Select(item => StateRequests.KeyOf(instance, item.Key))];
        var response = new BulkGetResponse();
        long bytes = 0;
        for (int first = 0; first < keys.Length; first += FetchesAtOnceMax)
        {
            int count = Math.Min(FetchesAtOnceMax, keys.Length - first);
            Task[] near = [.. Enumerable.Range(first, count).Select(at => plane.Store.FetchAsync(keys[at], cancellation).AsTask())];
            for (int at = first; at < first + count; at++)
            {
                BulkStateItem item = await ItemAsync(near[at - first], keys[at], request.Items[at].Key, AnswerBytesMax - bytes);
                response.Items.Add(item);
                bytes += item.CalculateSize() + ItemBytes;
            }
        }

        return response;
    }

    /// <summary>Writes one record.</summary>
    public async ValueTask<SetResponse> SetAsync(string name, SetRequest request)
    {
        RefuseUnderPressure();
        Answer(await plane.Store.WriteAsync(_requests.Set(instances.Of(name), request)), batch: false);
        return new SetResponse();
    }

    /// <summary>Deletes one record; that it is absent is no failure, unless a tag was given.</summary>
    public async ValueTask<DeleteResponse> DeleteAsync(string name, DeleteRequest request)
    {
        WriteOperation operation = StateRequests.Delete(instances.Of(name), request);
        WriteAnswer answer = await plane.Store.WriteAsync(operation);
        if (answer.Outcome != WriteOutcome.Absent)
            Answer(answer, batch: false);
        else if (operation.Condition != default)
            throw DaprFaults.EtagMismatch();
        return new DeleteResponse();
    }

    /// <summary>Writes many records, all or none.</summary>
    public async ValueTask<BulkSetResponse> BulkSetAsync(string name, BulkSetRequest request)
    {
        RefuseMany(request.Items.Count);
        StateInstance instance = instances.Of(name);
        await ApplyAsync([.. request.Items.Select(item => _requests.Set(instance, item))]);
        return new BulkSetResponse();
    }

    /// <summary>Deletes many records, all or none.</summary>
    public async ValueTask<BulkDeleteResponse> BulkDeleteAsync(string name, BulkDeleteRequest request)
    {
        RefuseMany(request.Items.Count);
        StateInstance instance = instances.Of(name);
        await ApplyAsync([.. request.Items.Select(item => StateRequests.Delete(instance, item))]);
        return new BulkDeleteResponse();
    }

    /// <summary>Writes and deletes in the order given, all or none.</summary>
    public async ValueTask<TransactionalStateResponse> TransactAsync(string name, TransactionalStateRequest request)
    {
        RefuseMany(request.Operations.Count);
        StateInstance instance = instances.Of(name);
        await ApplyAsync([.. request.Operations.Select(operation => operation.RequestCase switch
        {
            TransactionalStateOperation.RequestOneofCase.Set => _requests.Set(instance, operation.Set),
            TransactionalStateOperation.RequestOneofCase.Delete => StateRequests.Delete(instance, operation.Delete),
            TransactionalStateOperation.RequestOneofCase.None =>
                throw DaprFaults.Invalid(ProblemCode.BatchInvalid, "An operation neither sets nor deletes."),
        })]);
        return new TransactionalStateResponse();
    }

    private async ValueTask ApplyAsync(WriteOperation[] operations)
    {
        if (operations.Length == 0)
            return;
        if (!Array.TrueForAll(operations, static operation => operation.Delete))
            RefuseUnderPressure();
        Answer(await plane.Store.WriteAsync(operations), batch: true);
    }

    private void RefuseUnderPressure()
    {
        if (governor.RefusesWrite())
            throw DaprFaults.Of(RouteGate.MemoryPressure);
    }

    private static void RefuseMany(int items)
    {
        if (items > ItemsMax)
            throw DaprFaults.Invalid(ProblemCode.BatchInvalid, $"At most {ItemsMax} items at once.");
    }

    private static void Answer(WriteAnswer answer, bool batch)
    {
        if (answer.Outcome == WriteOutcome.ConditionFailed)
            throw DaprFaults.EtagMismatch();
        if (StoreProblems.Of(answer, batch) is { } problem)
            throw DaprFaults.Of(problem);
    }

    private async ValueTask<GetResponse> FetchAndReadAsync(ValueTask near, byte[] key)
    {
        await near;
        return Read(key);
    }

    // Apart, for the sake of the compiler: see docs/decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private GetResponse Read(byte[] key)
    {
        var response = new GetResponse();
        using ReadLease lease = plane.Store.Read(key);
        if (!lease.Found)
            return response;
        response.Data = ByteString.CopyFrom(lease.Value);
        response.Etag = StateRequests.EtagOf(lease.Sequence);
        if (!lease.Metadata.IsEmpty)
            response.ContentType = RecordMetadata.ContentTypeOf(lease.Metadata);
        if (lease.ExpiresAtMs != 0)
            response.Metadata[TimeToLive.ExpireTimeName] = TimeToLive.Text(lease.ExpiresAtMs);
        return response;
    }

    private async ValueTask<BulkStateItem> ItemAsync(Task near, byte[] composed, string key, long bytesLeft)
    {
        var item = new BulkStateItem { Key = key };
        try
        {
            await near;
            GetResponse read = Read(composed);
            if (read.CalculateSize() + key.Length * 3L + ItemBytes > bytesLeft)
            {
                item.Error = $"The items before it fill the {AnswerBytesMax} bytes of one answer: ask for it alone.";
                return item;
            }

            item.Data = read.Data;
            item.Etag = read.Etag;
            item.ContentType = read.ContentType;
            item.Metadata.Add(read.Metadata);
        }
        catch (StoreException failure)
        {
            item.Error = StoreProblems.Of(failure).Title;
        }

        return item;
    }
}
