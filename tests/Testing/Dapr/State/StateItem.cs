using Thermocline.Protocol.Components;

namespace Thermocline.Testing.Dapr.State;

/// <summary>What an application saves or deletes.</summary>
/// <param name="Key">Its key, without the prefix that daprd adds.</param>
/// <param name="Value">Its bytes, JSON text for applications that speak HTTP; ignored by a deletion.</param>
public sealed record StateItem(string Key, ReadOnlyMemory<byte> Value = default)
{
    /// <summary>The etag it must have; null: none was given.</summary>
    public string? Etag { get; init; }

    /// <summary>options.concurrency: first-write.</summary>
    public bool FirstWrite { get; init; }

    /// <summary>Its media type; empty: not stated.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Its metadata, <c>ttlInSeconds</c> among them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    internal SetRequest ToSet(string key) => new()
    {
        Key = key,
        Value = Google.Protobuf.ByteString.CopyFrom(Value.Span),
        Etag = Etag is null ? null : new Etag { Value = Etag },
        Options = Options(),
        ContentType = ContentType,
        Metadata = { Metadata.ToDictionary() },
    };

    internal DeleteRequest ToDelete(string key) => new()
    {
        Key = key,
        Etag = Etag is null ? null : new Etag { Value = Etag },
        Options = Options(),
        Metadata = { Metadata.ToDictionary() },
    };

    private StateOptions Options() => new()
    {
        Concurrency = FirstWrite
            ? StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite
            : StateOptions.Types.StateConcurrency.ConcurrencyUnspecified,
    };
}
