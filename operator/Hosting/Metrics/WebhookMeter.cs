namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Figures of the webhooks, by path.</summary>
internal sealed class WebhookMeter
{
    private int _inFlight;

    /// <summary>By webhook and status code.</summary>
    public Counts Requests { get; } = new("webhook", "code");

    public Durations Latency { get; } = new("webhook");

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Began() => Interlocked.Increment(ref _inFlight);

    public void Ended(string webhook, int code, TimeSpan took)
    {
        Interlocked.Decrement(ref _inFlight);
        Requests.Add(webhook, code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Latency.Observe(webhook, took);
    }
}
