using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>A state store behind a Dapr that is not the pod's own.</summary>
internal sealed record DaprStateSpec
{
    [Required]
    [Length(1, 253)]
    [ValidationRule($"self.matches('{Wording.Component}')", Wording.ComponentName)]
    [ValidationRule("self == oldSelf", Wording.Immutable)]
    [Description("Name of its Component there. It must honour etags and must not be state.thermocline. Cannot be changed.")]
    public string StateStore { get; set; } = "";

    [Required]
    [Length(1, 512)]
    [ValidationRule($"self.matches('{Wording.Endpoint}')", Wording.EndpointAddress)]
    [ValidationRule($"!self.matches('{Wording.Loopback}')", Wording.OwnDapr)]
    [ValidationRule("!self.contains('@')", Wording.TokenElsewhere)]
    [Description("Address (http or https) of Dapr's HTTP API. Not that of the pod's own Dapr, which starts after the sidecar, while "
        + "a sidecar with an empty folder restores it from here before it answers.")]
    public string Endpoint { get; set; } = "";

    // 16 and a slash, then namespace (63), cluster (52) and store (63), each with its slash, are 198 of the 200 the sidecar allows.
    [Length(0, 16)]
    [ValidationRule($"self.matches('{Wording.Prefix}') && !self.matches('{Wording.PrefixDots}')", Wording.StatePrefixForm)]
    [ValidationRule("self == oldSelf", Wording.Immutable)]
    [Description("What every key starts with; each pod has a folder of its own below it. Cannot be changed.")]
    public string Prefix { get; set; } = "";

    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Secret with the key token, which that Dapr wants to hear (DAPR_API_TOKEN there). Empty: none is sent.")]
    public string ApiTokenSecretName { get; set; } = "";
}
