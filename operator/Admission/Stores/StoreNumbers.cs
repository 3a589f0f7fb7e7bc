using System.Globalization;

namespace Thermocline.Operator.Admission.Stores;

/// <summary>
/// Which stores were given out lately. A pod is admitted before anybody can see it, so what was given counts as held for a while; a pod
/// that never came gives its number back by then.
/// </summary>
internal sealed record StoreNumbers(IReadOnlyList<StoreGrant> Grants)
{
    public static readonly StoreNumbers None = new([]);

    public static readonly TimeSpan GrantLife = TimeSpan.FromMinutes(2);

    // More pods than this in two minutes, and the oldest are taken to be seen by now.
    private const int GrantsMax = 20_000;

    /// <summary>Gives the lowest number that is free.</summary>
    /// <param name="cluster">Whose: namespace and name.</param>
    /// <param name="held">The stores of the cluster's live pods.</param>
    /// <param name="now">The time.</param>
    public (string Store, StoreNumbers After) Next((string Namespace, string Name) cluster, IEnumerable<string> held, DateTimeOffset now)
    {
        StoreGrant[] fresh = [.. Grants.Where(grant => now - grant.At < GrantLife)];
        HashSet<string> taken = new(held, StringComparer.Ordinal);
        taken.UnionWith(fresh.Where(grant => grant.Namespace == cluster.Namespace && grant.Cluster == cluster.Name)
            .Select(static grant => grant.Store));
        string store = Enumerable.Range(0, taken.Count + 1)
            .Select(static number => number.ToString(CultureInfo.InvariantCulture)).First(number => !taken.Contains(number));
        IEnumerable<StoreGrant> kept = fresh.Length < GrantsMax ? fresh : fresh.Skip(fresh.Length - GrantsMax + 1);
        return (store, new StoreNumbers([.. kept, new StoreGrant(cluster.Namespace, cluster.Name, store, now)]));
    }
}
