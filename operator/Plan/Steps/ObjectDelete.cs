using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Plan.Steps;

/// <summary>An object that is to go; no later one of its name.</summary>
internal sealed record ObjectDelete(ResourceType Type, EntityKey Key, string Uid);
