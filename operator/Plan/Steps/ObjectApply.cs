using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Plan.Steps;

/// <summary>Fields that an object is to have; it is created when it is not there.</summary>
internal sealed record ObjectApply(ResourceType Type, EntityKey Key, JsonObject Fields);
