namespace Thermocline.Testing.Budget;

/// <summary>What the sidecar said of its memory when a record was read.</summary>
public enum ReadPhase
{
    /// <summary>Calm, or it said nothing.</summary>
    Quiet,

    /// <summary>Routine steps are being taken.</summary>
    Routine,

    /// <summary>Critical, or writes are refused.</summary>
    Emergency,
}
