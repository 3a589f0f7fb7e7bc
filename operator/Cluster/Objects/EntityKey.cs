namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Which object of a kind. The namespace is empty for objects of the whole cluster.</summary>
internal readonly record struct EntityKey(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
