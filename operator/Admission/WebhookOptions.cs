using System.Net;

namespace Thermocline.Operator.Admission;

/// <summary>Where the webhook answers, and its limits.</summary>
internal sealed record WebhookOptions
{
    public IPEndPoint Address { get; init; } = new(IPAddress.IPv6Any, WebhookObjects.TargetPort);

    /// <summary>Bytes of one question. The API server takes no larger object.</summary>
    public int BodyBytesMax { get; init; } = 3 << 20;

    /// <summary>How long a question may take to arrive; less than the five seconds after which the API server goes on without us.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Questions that are answered at once; further ones are allowed unchanged.</summary>
    public int RunningMax { get; init; } = 64;

    /// <summary>Connections that are open at once.</summary>
    public int ConnectionsMax { get; init; } = 512;

    /// <summary>Told when a question came.</summary>
    public Action Began { get; init; } = static () => { };

    /// <summary>Told when it was answered: its address, the status, and how long that took.</summary>
    public Action<string, int, TimeSpan> Ended { get; init; } = static (_, _, _) => { };

    /// <summary>How long running answers get when the webhook stops.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
