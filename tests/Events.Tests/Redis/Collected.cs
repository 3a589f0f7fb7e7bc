using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Thermocline.Events.Tests.Redis;

/// <summary>A handler that keeps what it was given, for tests that wait for it.</summary>
internal sealed class Collected(Func<EventDelivery, Handling>? judge = null)
{
    private readonly ConcurrentQueue<(EventDelivery Delivery, string Text)> _all = [];
    private readonly Channel<bool> _more = Channel.CreateUnbounded<bool>();

    public IEnumerable<EventDelivery> All => _all.Select(each => each.Delivery);

    public IEnumerable<string> Texts => _all.Select(each => each.Text);

    public EventHandling Handling => (delivery, _) =>
    {
        // The payload is the engine's again once this has answered.
        _all.Enqueue((delivery with { Payload = delivery.Payload.ToArray() }, System.Text.Encoding.UTF8.GetString(delivery.Payload.Span)));
        _more.Writer.TryWrite(true);
        return new(judge?.Invoke(delivery) ?? Events.Handling.Done);
    };

    /// <summary>Waits until there were so many more deliveries.</summary>
    public async Task WaitAsync(int count, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        for (int waited = 0; waited < count; waited++)
            await _more.Reader.ReadAsync(limit.Token);
    }
}
