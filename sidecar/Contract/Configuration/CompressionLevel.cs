namespace Thermocline.Contract.Configuration;

/// <summary>How much work compression may spend.</summary>
public enum CompressionLevel
{
    /// <summary>None.</summary>
    Off,

    /// <summary>Little.</summary>
    Fast,

    /// <summary>Some.</summary>
    Balanced,

    /// <summary>Much.</summary>
    Max,

    /// <summary>As much as the pressure asks for.</summary>
    Adaptive,
}
