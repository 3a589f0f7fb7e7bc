using System.Globalization;
using Thermocline.Resp;

namespace Thermocline.Events.Redis;

/// <summary>The place of an entry in a stream.</summary>
/// <param name="Milliseconds">When the server took it, in milliseconds since 1970.</param>
/// <param name="Sequence">Which one of that millisecond.</param>
internal readonly record struct StreamId(ulong Milliseconds, ulong Sequence)
{
    public DateTimeOffset At =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(Milliseconds, (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    public static StreamId Of(in RespValue value)
    {
        string text = value.Text;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && ulong.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out ulong milliseconds)
            && ulong.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong sequence)
            ? new(milliseconds, sequence)
            : throw new RespException(RespFault.Protocol, "The server answered with something else than the id of an entry.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");
}
