using System.Globalization;
using Thermocline.Grpc;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>How a Component of a broker delivers.</summary>
internal sealed record BrokerSettings
{
    private const string GroupName = "consumerID";
    private const string DeliveriesName = "maxDeliveries";
    private const string AckTimeoutName = "ackTimeoutSeconds";
    private const string DeadLetterName = "deadLetterTopic";
    private const string ConcurrencyName = "maxConcurrentMessages";

    /// <summary>Names of the settings.</summary>
    public static IReadOnlyList<string> Names { get; } = [GroupName, DeliveriesName, AckTimeoutName, DeadLetterName, ConcurrencyName];

    /// <summary>The consumer group: daprd says the application's id, so that its replicas share the work.</summary>
    public string Group { get; private init; } = "default";

    /// <summary>Deliveries of a message before it is a dead letter: 1 to 1,000.</summary>
    public int DeliveriesMax { get; private init; } = 10;

    /// <summary>How long an application may take for a message: 1 second to 1 hour.</summary>
    public TimeSpan AckTimeout { get; private init; } = TimeSpan.FromMinutes(1);

    /// <summary>Topic of dead letters; empty: that of the message, with <c>.dead</c> after it.</summary>
    public string DeadLetterTopic { get; private init; } = "";

    /// <summary>Messages that one stream has at once without an acknowledgement: 1 to 10,000.</summary>
    public int ConcurrencyMax { get; private init; } = 100;

    /// <summary>Reads them; what is not written has its default.</summary>
    /// <exception cref="RpcException">One is out of its range.</exception>
    public static BrokerSettings Read(IDictionary<string, string> properties)
    {
        var standard = new BrokerSettings();
        return standard with
        {
            Group = Text(properties, GroupName, standard.Group),
            DeliveriesMax = Integer(properties, DeliveriesName, standard.DeliveriesMax, 1_000),
            AckTimeout = TimeSpan.FromSeconds(Integer(properties, AckTimeoutName, (int)standard.AckTimeout.TotalSeconds, 3_600)),
            DeadLetterTopic = Text(properties, DeadLetterName, standard.DeadLetterTopic),
            ConcurrencyMax = Integer(properties, ConcurrencyName, standard.ConcurrencyMax, 10_000),
        };
    }

    private static string Text(IDictionary<string, string> properties, string name, string fallback) =>
        properties.TryGetValue(name, out string? text) && text.Length > 0 ? text : fallback;

    private static int Integer(IDictionary<string, string> properties, string name, int fallback, int most)
    {
        if (Text(properties, name, "") is not { Length: > 0 } text)
            return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most
            ? value
            : throw DaprFaults.Invalid(ProblemCode.ParameterInvalid, $"{name} must be a whole number from 1 to {most}.");
    }
}
