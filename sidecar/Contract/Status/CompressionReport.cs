namespace Thermocline.Contract.Status;

/// <summary>How much smaller values became.</summary>
public sealed record CompressionReport
{
    /// <summary>The level that is in force.</summary>
    public string Level { get; init; } = "Off";

    /// <summary>Bytes before over bytes after; 1 when nothing is compressed.</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Stages that run.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];
}
