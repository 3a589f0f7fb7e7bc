using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Observe.Gathering;

/// <summary>Asks which kinds are served, and again after a while: Dapr may be installed at any time.</summary>
internal sealed class ServedLook(ClusterClient client, TimeSpan kept, TimeProvider time)
{
    private Answer? _last;

    public async Task<ServedKinds> LookAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _last) is { } last && time.GetElapsedTime(last.At) < kept)
            return last.Kinds;
        var kinds = new ServedKinds
        {
            DaprComponents = await client.IsServedAsync(Resources.DaprComponents, null, cancellation),
            DaprResiliencies = await client.IsServedAsync(Resources.DaprResiliencies, null, cancellation),
            Resize = await client.IsServedAsync(Resources.Pods, "resize", cancellation),
        };

        // Two that ask at the same time learn the same.
        Volatile.Write(ref _last, new Answer(time.GetTimestamp(), kinds));
        return kinds;
    }

    private sealed record Answer(long At, ServedKinds Kinds);
}
