namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>data</c>.</summary>
public sealed record FolderConfiguration
{
    /// <summary>The data folder, created when absent.</summary>
    public string Path { get; init; } = "./data";

    /// <summary>What happens when it is empty and a cold store is configured.</summary>
    public RestoreChoice Restore { get; init; } = RestoreChoice.Never;
}
