namespace Thermocline.Contract.Configuration;

/// <summary>What carries events.</summary>
public enum EventEngine
{
    /// <summary>The sidecar's own bus: durable, for the programs of one pod.</summary>
    Embedded,

    /// <summary>Redis Streams, with the sidecar's own bus before it: for programs anywhere.</summary>
    Redis,

    /// <summary>A broker behind Dapr, with the sidecar's own bus before and behind it: for programs anywhere.</summary>
    Dapr,
}
