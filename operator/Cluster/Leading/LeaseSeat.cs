using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Cluster.Leading;

/// <summary>Takes, renews and gives back one lease. Every change names the version it is made to, so that two never succeed.</summary>
internal sealed class LeaseSeat(ClusterClient client, LeaseOptions options, TimeProvider time)
{
    private static readonly Resource<AnyObject> Leases = Resources.Whole(Resources.Leases);

    private readonly LeaseWatch _watch = new(time);
    private LeaseRecord? _held;

    /// <summary>Who held the lease when we last looked.</summary>
    public string? Holder { get; private set; }

    /// <summary>When we last renewed it: before the request was sent, since nobody knows when it was carried out.</summary>
    public long RenewedAt { get; private set; }

    /// <summary>Takes the lease when it is free, or ours already.</summary>
    public async Task<bool> TryTakeAsync(CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        AnyObject? found = await client.GetAsync(Leases, options.Lease, cancellation);
        if (found is null)
            return await TryCreateAsync(asked, cancellation);
        LeaseRecord lease = LeaseRecord.Of(found);
        Holder = lease.Holder;
        bool ours = lease.Holder == options.Identity;
        if (!ours && !_watch.IsFree(lease))
            return false;
        asked = time.GetTimestamp();
        JsonObject spec = Renewal();
        if (!ours)
        {
            spec["acquireTime"] = Times.Micro(time.GetUtcNow());
            spec["leaseTransitions"] = lease.Transitions + 1;
        }

        return await TryChangeAsync(lease, spec, asked, cancellation);
    }

    /// <summary>Says that we are still there; false when the lease is no longer ours.</summary>
    public Task<bool> TryRenewAsync(CancellationToken cancellation) => TryChangeOursAsync(Renewal, cancellation);

    /// <summary>Gives the lease back, so that the next need not wait for its end.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (_held is null)
            return;
        await TryChangeOursAsync(
            () =>
            {
                JsonObject spec = Renewal();
                spec["holderIdentity"] = "";
                spec["leaseDurationSeconds"] = 1;
                return spec;
            },
            cancellation);
        _held = null;
    }

    private async Task<bool> TryChangeOursAsync(Func<JsonObject> spec, CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        if (_held is { } held && await TryChangeAsync(held, spec(), asked, cancellation))
            return true;

        // Somebody took it, or an earlier renewal of ours arrived and its answer did not, or was not waited for.
        AnyObject? found = await client.GetAsync(Leases, options.Lease, cancellation);
        LeaseRecord? now = found is null ? null : LeaseRecord.Of(found);
        Holder = now?.Holder;
        asked = time.GetTimestamp();
        return now?.Holder == options.Identity && await TryChangeAsync(now, spec(), asked, cancellation);
    }

    private async Task<bool> TryCreateAsync(long asked, CancellationToken cancellation)
    {
        JsonObject spec = Renewal();
        spec["acquireTime"] = Times.Micro(time.GetUtcNow());
        spec["leaseTransitions"] = 0;
        var created = new AnyObject
        {
            ApiVersion = Resources.Leases.ApiVersion,
            Kind = Resources.Leases.Kind,
            Metadata = new ObjectMeta { Name = options.Lease.Name, Namespace = options.Lease.Namespace },
            Fields = new JsonObject { ["spec"] = spec },
        };
        try
        {
            Keep(await client.CreateAsync(Leases, options.Lease.Namespace, created, cancellation), asked);
            return true;
        }
        catch (ClusterException met) when (met.Fault == ClusterFault.AlreadyExists)
        {
            return false;
        }
    }

    private async Task<bool> TryChangeAsync(LeaseRecord from, JsonObject spec, long asked, CancellationToken cancellation)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = from.Version },
            ["spec"] = spec,
        };
        try
        {
            Keep(await client.PatchAsync(Leases, options.Lease, patch, PatchOptions.Merge, cancellation), asked);
            return true;
        }
        catch (ClusterException met) when (met.Fault is ClusterFault.Conflict or ClusterFault.NotFound)
        {
            return false;
        }
    }

    private void Keep(AnyObject lease, long asked)
    {
        _held = LeaseRecord.Of(lease);
        Holder = _held.Holder;
        RenewedAt = asked;
    }

    private JsonObject Renewal() => new()
    {
        ["holderIdentity"] = options.Identity,
        ["leaseDurationSeconds"] = (int)options.Duration.TotalSeconds,
        ["renewTime"] = Times.Micro(time.GetUtcNow()),
    };
}
