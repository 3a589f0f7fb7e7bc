using Google.Protobuf;
using Thermocline.Protocol.Components;

namespace Thermocline.Testing.Dapr.PubSub;

/// <summary>Dapr's publish and subscribe over one Component instance, as daprd calls the component for it.</summary>
public sealed class DaprdPubSub
{
    internal const string Service = "/dapr.proto.components.v1.PubSub";

    private readonly DaprdConnection _connection;

    internal DaprdPubSub(DaprdConnection connection, IReadOnlyList<string> features)
    {
        _connection = connection;
        Features = features;
    }

    /// <summary>What the component says it can.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>Publishes one message; daprd does not pass its content type on.</summary>
    /// <exception cref="DaprdException">It was not taken, or nobody knows.</exception>
    public Task PublishAsync(
        string topic, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellation)
    {
        var request = new PublishRequest
        {
            Data = ByteString.CopyFrom(content.Span),
            PubsubName = _connection.Component.Name,
            Topic = topic,
            Metadata = { metadata?.ToDictionary() ?? [] },
        };
        return _connection.CallAsync($"{Service}/Publish", request, PublishResponse.Parser, DaprdErrors.OfAny, cancellation);
    }

    /// <summary>
    /// Publishes many messages in one call; one by one where the component does not say BULK_PUBSUB. Answers the ids of those that
    /// failed, with the reason.
    /// </summary>
    /// <exception cref="DaprdException">None was taken, or nobody knows.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BulkPublishAsync(
        string topic, IReadOnlyList<DaprdEntry> entries, CancellationToken cancellation)
    {
        if (!Features.Contains("BULK_PUBSUB"))
            return await PublishEachAsync(topic, entries, cancellation);
        var request = new BulkPublishRequest { PubsubName = _connection.Component.Name, Topic = topic };
        foreach (DaprdEntry entry in entries)
        {
            request.Entries.Add(new BulkMessageEntry
            {
                EntryId = entry.Id,
                Event = ByteString.CopyFrom(entry.Content.Span),
                ContentType = entry.ContentType,
                Metadata = { entry.Metadata.ToDictionary() },
            });
        }

        BulkPublishResponse response = await _connection.CallAsync(
            $"{Service}/BulkPublish", request, BulkPublishResponse.Parser, DaprdErrors.OfAny, cancellation);
        return response.FailedEntries.ToDictionary(failed => failed.EntryId, failed => failed.Error);
    }

    /// <summary>
    /// Pulls the messages of a topic. The handler runs for many at once; an exception of it is a negative acknowledgement. A stream that
    /// breaks stays broken, as daprd's does.
    /// </summary>
    /// <exception cref="DaprdException">The stream could not be opened.</exception>
    public async Task<DaprdSubscription> SubscribeAsync(
        string topic, IReadOnlyDictionary<string, string>? metadata, Func<DaprdMessage, Task> handler, CancellationToken cancellation)
    {
        var subscription = new DaprdSubscription(_connection, handler);
        await subscription.BeginAsync(new Topic { Name = topic, Metadata = { metadata?.ToDictionary() ?? [] } }, cancellation);
        return subscription;
    }

    /// <summary>Waits until the component answers.</summary>
    public Task PingAsync(CancellationToken cancellation) =>
        _connection.CallWhenReadyAsync($"{Service}/Ping", new PingRequest(), PingResponse.Parser, cancellation);

    private async Task<IReadOnlyDictionary<string, string>> PublishEachAsync(
        string topic, IReadOnlyList<DaprdEntry> entries, CancellationToken cancellation)
    {
        var failed = new Dictionary<string, string>();
        foreach (DaprdEntry entry in entries)
        {
            try
            {
                await PublishAsync(topic, entry.Content, entry.Metadata, cancellation);
            }
            catch (DaprdException failure)
            {
                failed[entry.Id] = failure.Message;
            }
        }

        return failed;
    }
}
