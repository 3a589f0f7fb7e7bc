namespace Thermocline.Operator.Cluster.Requests;

/// <summary>All objects of a scope at one version, from which a watch can go on.</summary>
internal sealed record ClusterList<T>(IReadOnlyList<T> Items, string ResourceVersion);
