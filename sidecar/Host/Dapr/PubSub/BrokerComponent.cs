using Thermocline.Events;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>The message broker as daprd calls it, on the bus.</summary>
internal sealed class BrokerComponent(IEventBus bus, Governor.Governor governor, BrokerInstances instances, BrokerTopics topics, TimeProvider time)
{
    /// <summary>What it offers.</summary>
    public static readonly IReadOnlyList<string> Features = ["MESSAGE_TTL", "BULK_PUBSUB"];

    // An application that is away for a minute loses nothing to its dead letters.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(30);

    private readonly BrokerMessages _messages = new(time);

    /// <summary>Takes the settings of a Component.</summary>
    public async ValueTask<PubSubInitResponse> InitAsync(string name, PubSubInitRequest request)
    {
        await instances.InitialiseAsync(name, request.Metadata?.Properties ?? new MetadataRequest().Properties);
        return new PubSubInitResponse();
    }

    /// <summary>Publishes one message.</summary>
    public async ValueTask<PublishResponse> PublishAsync(string name, PublishRequest request, CancellationToken cancellation)
    {
        EventDraft draft = _messages.Draft(request.Data, request.ContentType, request.Metadata);
        await PublishAsync(name, request.Topic, new[] { draft }, cancellation);
        return new PublishResponse();
    }

    /// <summary>Publishes many messages: all of them or none, so that an answer without a failure says all there is to say.</summary>
    public async ValueTask<BulkPublishResponse> BulkPublishAsync(string name, BulkPublishRequest request, CancellationToken cancellation)
    {
        if (request.Entries.Count > EventLimits.BatchEventsMax)
            throw DaprFaults.Invalid(ProblemCode.BatchInvalid, $"At most {EventLimits.BatchEventsMax} messages at once.");
        EventDraft[] drafts = [.. request.Entries.Select(entry => _messages.Draft(entry.Event, entry.ContentType, entry.Metadata))];
        if (drafts.Length > 0)
            await PublishAsync(name, request.Topic, drafts, cancellation);
        return new BulkPublishResponse();
    }

    /// <summary>Delivers the messages of a topic until the application ends the stream.</summary>
    public async Task PullAsync(
        string name, IAsyncStreamReader<PullMessagesRequest> requests, IServerStreamWriter<PullMessagesResponse> responses,
        CancellationToken cancellation)
    {
        if (!await requests.MoveNext(cancellation) || requests.Current.Topic is not { } topic)
            throw DaprFaults.Invalid(ProblemCode.ParameterInvalid, "The first message of the stream names the topic.");
        BrokerSettings settings = instances.Of(name);
        using var stream = new PullStream(topic.Name, requests, responses);
        await using IAsyncDisposable subscription = await SubscribeAsync(name, topic.Name, settings, stream, cancellation);
        try
        {
            await stream.AcknowledgeAsync(cancellation);
        }
        finally
        {
            // Before the subscription ends, which waits for its handlers.
            stream.Abandon();
        }
    }

    private async Task<IAsyncDisposable> SubscribeAsync(
        string name, string topic, BrokerSettings settings, PullStream stream, CancellationToken cancellation)
    {
        var options = new SubscriptionOptions
        {
            Topic = topics.NameOf(name, topic),
            Group = settings.Group,
            ConcurrencyMax = settings.ConcurrencyMax,
            AttemptsMax = settings.DeliveriesMax,
            DeadLetterTopic = topics.DeadNameOf(name, topic, settings),
            HandlingLimit = settings.AckTimeout,
            RetryDelay = RetryDelay,
            RetryDelayMax = RetryDelayMax,
        };
        try
        {
            return await bus.SubscribeAsync(options, stream.DeliverAsync, cancellation);
        }
        catch (ArgumentException mistake)
        {
            throw DaprFaults.Of(new Problem(400, ProblemCode.ParameterInvalid, "The topic cannot be subscribed to.", mistake.Message));
        }
        catch (InvalidOperationException full)
        {
            throw DaprFaults.Of(StoreProblems.Busy(full.Message));
        }
    }

    private async ValueTask PublishAsync(string name, string topic, ReadOnlyMemory<EventDraft> drafts, CancellationToken cancellation)
    {
        // Known before anything is taken in its name.
        _ = instances.Of(name);
        if (governor.RefusesWrite())
            throw DaprFaults.Of(RouteGate.MemoryPressure);
        BrokerMessages.Answer(await bus.PublishAsync(topics.PublishedNameOf(name, topic), drafts, cancellation));
    }
}
