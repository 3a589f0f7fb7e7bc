using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Events;

/// <summary>What carries events.</summary>
[ValidationRule("self.engine != 'Redis' || has(self.redis)", Wording.RedisNeeded, ".redis")]
[ValidationRule("self.engine != 'Dapr' || has(self.dapr)", Wording.BrokerNeeded, ".dapr")]
internal sealed record EventsSpec
{
    private static readonly EventsConfiguration Standard = new();

    [EnumValues(nameof(EventEngine.Embedded), nameof(EventEngine.Redis), nameof(EventEngine.Dapr))]
    [Description("What carries events. Embedded: the sidecar itself, for the programs of one pod. Redis: Redis Streams, for those of any. "
        + "Dapr: a broker behind the pod's own Dapr.")]
    public string Engine { get; set; } = Standard.Engine.ToString();

    [RangeMinimum(1)]
    [RangeMaximum(10_000_000)]
    [Description("Events that a topic holds for its slowest group before publishers wait.")]
    public int BacklogMax { get; set; } = Standard.BacklogMax;

    [Items(2)]
    [EnumValues("memory.write", "memory.access")]
    [ValidationRule("self.all(one, self.exists_one(other, other == one))", Wording.Twice)]
    [Description("Kinds of events that memories publish of themselves, each to the topic of its name.")]
    public IReadOnlyList<string> Publish { get; set; } = Standard.Publish;

    [Description("The server of engine Redis.")]
    public RedisSpec? Redis { get; set; }

    [Description("The broker of engine Dapr.")]
    public BrokerSpec? Dapr { get; set; }
}
