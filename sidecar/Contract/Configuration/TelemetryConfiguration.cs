namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>telemetry</c>.</summary>
public sealed record TelemetryConfiguration
{
    /// <summary>Shape of the log.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Least severe entry that is logged.</summary>
    public Severity LogLevel { get; init; } = Severity.Information;
}
