using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Plan.Steps;

/// <summary>A secret with a random word, made once. The word is no part of the plan, which is printed and compared.</summary>
/// <param name="Key">Which.</param>
/// <param name="Fields">The rest of it.</param>
/// <param name="Entry">Where the word goes.</param>
internal sealed record SecretCreate(EntityKey Key, JsonObject Fields, string Entry);
