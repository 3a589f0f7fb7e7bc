using System.Collections.Frozen;
using Thermocline.Contract.Configuration;
using Thermocline.Grpc;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>
/// What the bus calls a Component's topics. Components do not meet, but where the topic is somebody else's too: the sidecar's own
/// events, and all topics of a broker behind Dapr, have their plain names.
/// </summary>
internal sealed class BrokerTopics(EventsConfiguration events)
{
    private readonly FrozenSet<string> _own = events.Publish.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The bus' name of a topic.</summary>
    /// <exception cref="RpcException">It is empty.</exception>
    public string NameOf(string component, string topic)
    {
        if (topic.Length == 0)
            throw DaprFaults.Invalid(ProblemCode.ParameterInvalid, "The topic is empty.");
        return events.Engine == EventEngine.Dapr || _own.Contains(topic) ? topic : $"{component}/{topic}";
    }

    /// <summary>The bus' name of the topic of dead letters of a topic.</summary>
    public string DeadNameOf(string component, string topic, BrokerSettings settings) =>
        NameOf(component, settings.DeadLetterTopic.Length > 0 ? settings.DeadLetterTopic : topic + ".dead");

    /// <summary>The bus' name of a topic that an application publishes to.</summary>
    /// <exception cref="RpcException">It is empty, one of the sidecar's own, or would come back for ever.</exception>
    public string PublishedNameOf(string component, string topic)
    {
        if (events.Engine == EventEngine.Dapr && component == events.Dapr.PubSub)
        {
            throw DaprFaults.Invalid(ProblemCode.ParameterInvalid,
                $"events.dapr.pubsub names {component} itself: what it publishes would come back to it without end. Name another broker of Dapr's.");
        }

        return _own.Contains(topic) ? throw DaprFaults.Invalid(ProblemCode.ParameterInvalid, $"{topic} is what the sidecar publishes of its memories (events.publish); nobody else does.")
            : NameOf(component, topic);
    }
}
