namespace Thermocline.Contract.Configuration;

/// <summary>Severity of a log entry, least severe first.</summary>
public enum Severity
{
    /// <summary>For somebody who changes the code.</summary>
    Debug,

    /// <summary>What the sidecar did.</summary>
    Information,

    /// <summary>What somebody should look at.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}
