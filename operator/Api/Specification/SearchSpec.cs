using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>How searches are answered.</summary>
internal sealed record SearchSpec
{
    [RangeMinimum(0)]
    [RangeMaximum(86_400)]
    [Description("Seconds for which the results of a search are kept while nothing is written. Not acted on by this version, "
        + "whose sidecars keep the default.")]
    public int ResultTtlSeconds { get; set; } = 300;

    [RangeMinimum(0)]
    [RangeMaximum(10_000)]
    [Description("Most searches whose results are kept. Not acted on by this version, whose sidecars keep the default.")]
    public int ResultEntries { get; set; } = 100;
}
