using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>How values are made smaller.</summary>
[ValidationRule("self.level == 'Off' || 'zstd' in self.stages", Wording.ZstdNeeded, ".stages")]
[ValidationRule(
    "size(self.quantisedCollections) == 0 || 'quantise' in self.stages", Wording.QuantiseStage, ".quantisedCollections")]
internal sealed record CompressionSpec
{
    private static readonly CompressionConfiguration Standard = new();

    [EnumValues(
        nameof(CompressionLevel.Off), nameof(CompressionLevel.Fast), nameof(CompressionLevel.Balanced), nameof(CompressionLevel.Max),
        nameof(CompressionLevel.Adaptive))]
    [Description("How much work is spent. Off makes nothing smaller from then on, live, and leaves what is packed readable; "
        + "Adaptive spends what the pressure asks for.")]
    public string Level { get; set; } = Standard.Level.ToString();

    [Items(5)]
    [EnumValues("dedup", "quantise", "pattern", "lz4", "zstd")]
    [ValidationRule("self.all(one, self.exists_one(other, other == one))", Wording.Twice)]
    [Description("Stages that may run; zstd is needed unless the level is Off. The sidecar knows lz4, but no level uses it.")]
    public IReadOnlyList<string> Stages { get; set; } = Standard.Stages;

    [Items(100)]
    [Length(1, 128)]
    [Pattern(Wording.Collection)]
    [ValidationRule("self.all(one, self.exists_one(other, other == one))", Wording.Twice)]
    [Description("Collections of float32 vectors that may lose precision (8 bits a number). All others come back bit by bit.")]
    public IReadOnlyList<string> QuantisedCollections { get; set; } = [];
}
