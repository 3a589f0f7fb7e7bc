using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Events;

/// <summary>A broker behind the pod's own Dapr.</summary>
internal sealed record BrokerSpec
{
    [Required]
    [Length(1, 253)]
    [ValidationRule($"self.matches('{Wording.Component}')", Wording.ComponentName)]
    [Description("Name of the Component (pub/sub).")]
    public string Pubsub { get; set; } = "";

    [Items(256)]
    [Length(1, 64)]
    [Pattern(Wording.Topic)]
    [ValidationRule("self.all(one, self.exists_one(other, other == one))", Wording.Twice)]
    [ValidationRule(
        $"!self.exists(one, one == '{EventsConfiguration.OutboxRefused}' || one.startsWith('{EventsConfiguration.OutboxPrefix}'))", Wording.OutboxTopic)]
    [Description("Topics that are taken from it. Dapr asks its application for them, once: it has to be the sidecar (dapr.io/app-port 7070).")]
    public IReadOnlyList<string> Topics { get; set; } = [];
}
