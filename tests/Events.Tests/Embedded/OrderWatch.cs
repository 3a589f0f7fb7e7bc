using System.Globalization;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

/// <summary>Watches deliveries of payloads that count upwards within their context, and says at once when the order is broken.</summary>
internal sealed class OrderWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _next = [];
    private readonly HashSet<string> _running = [];
    private readonly List<string> _mistakes = [];

    public void Begin(EventDelivery delivery)
    {
        int number = int.Parse(delivery.Text(), CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (!_running.Add(delivery.Context))
                _mistakes.Add($"{delivery.Context}: {number} came while another was being handled.");
            int expected = _next.GetValueOrDefault(delivery.Context);
            if (number != expected)
                _mistakes.Add($"{delivery.Context}: {number} came where {expected} was next.");
        }
    }

    public void End(EventDelivery delivery, bool handled)
    {
        lock (_gate)
        {
            _running.Remove(delivery.Context);
            if (handled)
                _next[delivery.Context] = int.Parse(delivery.Text(), CultureInfo.InvariantCulture) + 1;
        }
    }

    public void AssertComplete(int contexts, int events)
    {
        lock (_gate)
        {
            Assert.Empty(_mistakes);
            Assert.Equal(contexts, _next.Count);
            Assert.All(_next.Values, next => Assert.Equal(events, next));
        }
    }
}
