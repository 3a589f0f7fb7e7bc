using System.Text;

namespace Thermocline.Events.Dapr;

/// <summary>Where Dapr's sidecar is and how it is spoken to. <see cref="Validate"/> checks every value.</summary>
public sealed record DaprOptions
{
    private const int TopicsMax = 256;

    // Their dead letters have longer names.
    private const int TopicBytesMax = 64;

    /// <summary>Where its HTTP API listens, such as <c>http://127.0.0.1:3500</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The name of the pub/sub component.</summary>
    public required string PubSub { get; init; }

    /// <summary>Topics taken from it: 256 at most, names of 1 to 64 bytes.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>File with what it wants to hear from us (<c>DAPR_API_TOKEN</c>); empty: nothing.</summary>
    public string ApiTokenFile { get; init; } = "";

    /// <summary>File with what we want to hear from it (<c>APP_API_TOKEN</c>); empty: nothing.</summary>
    public string AppTokenFile { get; init; } = "";

    /// <summary>The source of our events: 1 to 128 characters.</summary>
    public string Source { get; init; } = "thermocline";

    /// <summary>The largest body sent, as <c>dapr.io/max-body-size</c> says: 64 KiB to 64 MiB.</summary>
    public int BodyBytesMax { get; init; } = 4 << 20;

    /// <summary>How long one request may take: 10 ms to 5 min.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request that failed is repeated: 0 to 20.</summary>
    public int RetriesMax { get; init; } = 2;

    /// <summary>The pause before the first repetition; it doubles, with jitter: 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Failed requests in a row that open the circuit: 2 to 1,000.</summary>
    public int CircuitFailures { get; init; } = 5;

    /// <summary>How long the open circuit sends nothing before one request is tried: 1 s to 10 min.</summary>
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For logs.</summary>
    public override string ToString() => $"Dapr at {Endpoint}, pub/sub {PubSub}";

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https"))
            mistakes.Add($"{nameof(Endpoint)} is no http or https address.");
        Range($"{nameof(PubSub)} (characters)", PubSub.Length, 1, 253);
        Range($"{nameof(Topics)} (names)", Topics.Count, 0, TopicsMax);
        foreach (string topic in Topics)
        {
            if (Checks.Text.MistakeOfName(topic, "topic") is { } mistake)
                mistakes.Add(mistake);
            else
                Range($"The name of {topic} (bytes)", Encoding.UTF8.GetByteCount(topic), 1, TopicBytesMax);
        }

        Range($"{nameof(Source)} (characters)", Source.Length, 1, 128);
        Range(nameof(BodyBytesMax), BodyBytesMax, 64 << 10, 64 << 20);
        Range($"{nameof(AttemptTimeout)} (ms)", AttemptTimeout.TotalMilliseconds, 10, 300_000);
        Range(nameof(RetriesMax), RetriesMax, 0, 20);
        Range($"{nameof(RetryDelay)} (ms)", RetryDelay.TotalMilliseconds, 1, 60_000);
        Range(nameof(CircuitFailures), CircuitFailures, 2, 1_000);
        Range($"{nameof(CircuitBreak)} (ms)", CircuitBreak.TotalMilliseconds, 1_000, 600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
