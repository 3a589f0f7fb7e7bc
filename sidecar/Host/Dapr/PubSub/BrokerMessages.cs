using Google.Protobuf;
using Google.Protobuf.Collections;
using Thermocline.Events;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>From what daprd publishes to events, and back.</summary>
internal sealed class BrokerMessages(TimeProvider time)
{
    // Dapr's own word for what is to stay in order.
    private const string ContextName = "partitionKey";
    private const string ContentTypeName = "contentType";

    /// <summary>An event of one message.</summary>
    /// <exception cref="RpcException">Its time to live is none.</exception>
    public EventDraft Draft(ByteString data, string contentType, MapField<string, string> metadata)
    {
        long ttlSeconds = TimeToLive.Read(metadata) ?? 0;
        bool hasContext = metadata.TryGetValue(ContextName, out string? context);
        return new EventDraft
        {
            Payload = data.Memory,
            Context = context ?? "",
            Id = "",
            ContentType = contentType.Length > 0 ? contentType : metadata.TryGetValue(ContentTypeName, out string? stated) ? stated : "",
            // The context is said once, and given back as it came.
            Metadata = metadata.Count == (hasContext ? 1 : 0) ? null : Without(ContextName, metadata),
            ExpiresAt = ttlSeconds == 0 ? null : time.GetUtcNow().AddSeconds(ttlSeconds),
        };
    }

    /// <summary>A message of one delivery.</summary>
    /// <param name="topic">The topic as the application calls it.</param>
    /// <param name="id">By which it is acknowledged.</param>
    /// <param name="delivery">The event.</param>
    public static PullMessagesResponse Message(string topic, string id, EventDelivery delivery)
    {
        var message = new PullMessagesResponse
        {
            // Copied: the stream may still be sending it when the handler was given up.
            Data = ByteString.CopyFrom(delivery.Payload.Span),
            TopicName = topic,
            ContentType = delivery.ContentType,
            Id = id,
        };
        foreach ((string name, string value) in delivery.Metadata)
            message.Metadata[name] = value;
        if (delivery.Context.Length > 0)
            message.Metadata[ContextName] = delivery.Context;
        return message;
    }

    /// <summary>Ends the call unless what was published was taken.</summary>
    /// <exception cref="RpcException">It was not.</exception>
    public static void Answer(PublishAnswer answer)
    {
        switch (answer.Outcome)
        {
            case PublishOutcome.Done:
                return;
            case PublishOutcome.Busy:
                throw DaprFaults.Of(StoreProblems.Busy(answer.Reason ?? "The topic's backlog is full."));
            case PublishOutcome.TooLarge:
                throw DaprFaults.Of(new Problem(413, ProblemCode.ValueTooLarge, "A message, or all together, are larger than the bus takes.", answer.Reason));
            case PublishOutcome.Invalid:
                throw DaprFaults.Of(new Problem(400, ProblemCode.ParameterInvalid, "A message or its topic is not valid.", answer.Reason));
            case PublishOutcome.Unavailable:
                throw DaprFaults.Of(new Problem(503, ProblemCode.StoreLatched, "The bus does not take messages now.", answer.Reason));
        }
    }

    private static Dictionary<string, string> Without(string name, MapField<string, string> metadata)
    {
        var rest = new Dictionary<string, string>(metadata);
        rest.Remove(name);
        return rest;
    }
}
