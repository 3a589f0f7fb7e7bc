namespace Thermocline.Sidecar.Dapr.State;

/// <summary>One Component of a state store.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Collection">The collection of its records, ASCII.</param>
/// <param name="TtlSeconds">How long a record lives that says nothing itself; 0 for ever.</param>
internal sealed record StateInstance(string Name, byte[] Collection, long TtlSeconds);
