namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>hypervectors</c>.</summary>
public sealed record HypervectorsConfiguration
{
    /// <summary>Bits of a hypervector: a multiple of 64, 64 to 1,048,576.</summary>
    public int Dimension { get; init; } = 16_384;
}
