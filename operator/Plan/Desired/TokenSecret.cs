using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>The token with which the operator speaks to the sidecars. Made once and never written again: pods have it mounted.</summary>
internal static class TokenSecret
{
    public static SecretCreate Of(Observed observed) => new(
        observed.Key with { Name = Names.TokenSecret(observed.Name) },
        new JsonObject { ["metadata"] = ChildMetadata.Of(observed), ["type"] = "Opaque" },
        Names.TokenKey);
}
