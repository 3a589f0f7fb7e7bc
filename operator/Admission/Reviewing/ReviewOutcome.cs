namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>What a question came to, for the counts.</summary>
internal enum ReviewOutcome
{
    /// <summary>The object is as it was.</summary>
    Unchanged,

    /// <summary>A pod got a sidecar, or what was missing of it.</summary>
    Injected,

    /// <summary>A pod is selected and could get no sidecar.</summary>
    LeftAlone,

    /// <summary>A resource got a default.</summary>
    Defaulted,

    /// <summary>A resource was refused.</summary>
    Denied,

    /// <summary>It was no question.</summary>
    Malformed,

    /// <summary>Too many questions at once: allowed unchanged.</summary>
    Busy,

    /// <summary>The webhook does not know the clusters yet, or failed: allowed unchanged.</summary>
    Failed,
}
