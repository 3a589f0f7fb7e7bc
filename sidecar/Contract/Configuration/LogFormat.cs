namespace Thermocline.Contract.Configuration;

/// <summary>Shape of the log.</summary>
public enum LogFormat
{
    /// <summary>One readable line an entry.</summary>
    Text,

    /// <summary>One JSON object an entry.</summary>
    Json,
}
