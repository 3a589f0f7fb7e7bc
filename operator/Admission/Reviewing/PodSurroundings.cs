using Thermocline.Operator.Admission.Stores;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>What is known when a pod is created.</summary>
/// <param name="Clusters">The clusters of its namespace.</param>
/// <param name="HeldBy">The stores that live pods of a cluster hold.</param>
/// <param name="Numbers">What was given out lately.</param>
/// <param name="Settings">What holds for all pods.</param>
/// <param name="Now">The time.</param>
internal sealed record PodSurroundings(
    IReadOnlyList<MemoryCluster> Clusters,
    Func<MemoryCluster, IReadOnlyCollection<string>> HeldBy,
    StoreNumbers Numbers,
    InjectionSettings Settings,
    DateTimeOffset Now);
