namespace Thermocline.Contract.Configuration;

/// <summary>When a write is acknowledged.</summary>
public enum AcknowledgePolicy
{
    /// <summary>Once the disk has it.</summary>
    Always,

    /// <summary>Once the operating system has it; the disk follows at an interval.</summary>
    Interval,

    /// <summary>Once the operating system has it.</summary>
    Never,
}
