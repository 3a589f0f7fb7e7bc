namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>A finalizer and the word by which objects name it, for example thermocline.dev/drain.</summary>
internal sealed record NamedFinalizer<T>(string Name, IEntityFinalizer<T> Finalizer)
    where T : class;
