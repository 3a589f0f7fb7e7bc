using System.Globalization;
using Google.Protobuf;
using Thermocline.Protocol.Components;
using Thermocline.Protocol.Rpc;

namespace Thermocline.Grpc.Tests.Dapr;

/// <summary>A state store in a dictionary, with the semantics of Dapr in as few words as they take.</summary>
internal sealed class MapRecords(TimeProvider time)
{
    private readonly Lock _gate = new();
    private Dictionary<string, Record> _records = [];
    private long _version;

    public BulkStateItem Get(string key)
    {
        lock (_gate)
        {
            return Live(key) is not { } record ? new BulkStateItem { Key = key } : new BulkStateItem
            {
                Key = key,
                Data = record.Value,
                Etag = new Etag { Value = Text(record.Version) },
                ContentType = record.ContentType,
                Metadata = { record.EndsAt is { } end ? new() { ["ttlExpireTime"] = end.ToString("O") } : new Dictionary<string, string>() },
            };
        }
    }

    /// <summary>Does all of it, in order, or nothing.</summary>
    public void Apply(IEnumerable<IMessage> operations)
    {
        lock (_gate)
        {
            Dictionary<string, Record> before = new(_records);
            try
            {
                foreach (IMessage operation in operations)
                    Apply(operation);
            }
            catch (RpcException)
            {
                _records = before;
                throw;
            }
        }
    }

    private void Apply(IMessage operation)
    {
        if (operation is DeleteRequest delete)
        {
            Check(delete.Key, delete.Etag, delete.Options);
            _records.Remove(delete.Key);
            return;
        }

        var set = (SetRequest)operation;
        Check(set.Key, set.Etag, set.Options);
        _records[set.Key] = new Record(set.Value, ++_version, set.ContentType, EndOf(set));
    }

    private DateTimeOffset? EndOf(SetRequest set)
    {
        if (!set.Metadata.TryGetValue("ttlInSeconds", out string? text) || text == "-1")
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            ? time.GetUtcNow().AddSeconds(seconds)
            : throw new RpcException(StatusCode.InvalidArgument, "ttlInSeconds is no number from -1 to 2147483647.");
    }

    private void Check(string key, Etag? etag, StateOptions? options)
    {
        Record? record = Live(key);
        if (etag is { Value.Length: > 0 })
        {
            if (!long.TryParse(etag.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
                throw EtagError(StatusCode.InvalidArgument, key);
            if (record?.Version != version)
                throw EtagError(StatusCode.FailedPrecondition, key);
        }
        else if (record is not null && options?.Concurrency == StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite)
        {
            throw EtagError(StatusCode.FailedPrecondition, key);
        }
    }

    private Record? Live(string key) =>
        _records.TryGetValue(key, out Record? record) && (record.EndsAt is not { } end || end > time.GetUtcNow()) ? record : null;

    private static RpcException EtagError(StatusCode code, string key) => new(code, "etag", new BadRequest
    {
        FieldViolations = { new BadRequest.Types.FieldViolation { Field = "etag", Description = $"of {key}" } },
    });

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private sealed record Record(ByteString Value, long Version, string ContentType, DateTimeOffset? EndsAt);
}
