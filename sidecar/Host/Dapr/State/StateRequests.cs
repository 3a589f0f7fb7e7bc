using System.Globalization;
using System.Text;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr.State;

/// <summary>From what daprd asks for to what the store does.</summary>
internal sealed class StateRequests(TimeProvider time)
{
    /// <summary>
    /// Bytes of a value. daprd takes no answer above 4 MiB, so a larger value could be written and never be read; what else an
    /// answer carries (tag, content type, end) takes less than the rest.
    /// </summary>
    public const int ValueBytesMax = (4 << 20) - (16 << 10);

    private const string ContentTypeName = "contentType";

    /// <summary>The store's key of a Component's key.</summary>
    /// <exception cref="RpcException">The key is empty, too long, or holds a NUL.</exception>
    public static byte[] KeyOf(StateInstance instance, string key)
    {
        int length = Encoding.UTF8.GetByteCount(key);
        byte[] composed = new byte[1 + instance.Collection.Length + length];
        Span<byte> name = composed.AsSpan(1 + instance.Collection.Length);
        Encoding.UTF8.GetBytes(key, name);
        if (KvAddress.RefuseKey(name) is { } problem)
            throw DaprFaults.Of(problem);
        composed[0] = (byte)instance.Collection.Length;
        instance.Collection.CopyTo(composed, 1);
        return composed;
    }

    /// <summary>The write that a request to set asks for.</summary>
    /// <exception cref="RpcException">The request is wrong.</exception>
    public WriteOperation Set(StateInstance instance, SetRequest request)
    {
        if (request.Value.Length > ValueBytesMax)
            throw DaprFaults.Of(new Problem(413, ProblemCode.ValueTooLarge, "The value is larger than daprd would read back.", $"At most {ValueBytesMax} bytes."));
        long ttlSeconds = TimeToLive.Read(request.Metadata) ?? instance.TtlSeconds;
        string contentType = request.ContentType.Length > 0 ? request.ContentType
            : request.Metadata.TryGetValue(ContentTypeName, out string? stated) ? stated : "";
        if (RecordMetadata.Refuse(contentType) is { } problem)
            throw DaprFaults.Of(problem);
        Condition condition = ConditionOf(request.Etag);
        bool isFirst = request.Options?.Concurrency == StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite;
        return new WriteOperation
        {
            Key = KeyOf(instance, request.Key),
            Value = request.Value.Memory,
            Metadata = RecordMetadata.Encode(contentType),
            ExpiresAt = ttlSeconds == 0 ? null : time.GetUtcNow().AddSeconds(ttlSeconds),
            // Who asks to be the first and names no tag may not find anything there.
            Condition = isFirst && condition == default ? Condition.IfAbsent : condition,
        };
    }

    /// <summary>The write that a request to delete asks for.</summary>
    /// <exception cref="RpcException">The request is wrong.</exception>
    public static WriteOperation Delete(StateInstance instance, DeleteRequest request) => new()
    {
        Key = KeyOf(instance, request.Key),
        Delete = true,
        Condition = ConditionOf(request.Etag),
    };

    /// <summary>The tag of a record.</summary>
    public static Etag EtagOf(ulong sequence) => new() { Value = sequence.ToString(CultureInfo.InvariantCulture) };

    // An empty tag is none: daprd sends one for applications that have nothing to say.
    private static Condition ConditionOf(Etag? etag)
    {
        if (etag is null || etag.Value.Length == 0)
            return default;
        return ulong.TryParse(etag.Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong sequence)
            ? Condition.IfSequence(sequence)
            : throw DaprFaults.EtagInvalid();
    }
}
