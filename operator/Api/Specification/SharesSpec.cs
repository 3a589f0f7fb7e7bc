using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>Percent of the budget per component.</summary>
[ValidationRule(
    "self.states + self.signals + self.cache + self.connections + self.system == 100", Wording.SharesSum)]
internal sealed record SharesSpec
{
    private static readonly BudgetShares Standard = new();

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("Keyed state: records in RAM and their index.")]
    public int States { get; set; } = Standard.States;

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("Signals. Lent to states while there are none.")]
    public int Signals { get; set; } = Standard.Signals;

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("Caches.")]
    public int Cache { get; set; } = Standard.Cache;

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("Connections and requests in flight.")]
    public int Connections { get; set; } = Standard.Connections;

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("The runtime itself.")]
    public int System { get; set; } = Standard.System;
}
