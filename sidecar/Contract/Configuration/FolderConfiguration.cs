namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>data</c>.</summary>
public sealed record FolderConfiguration
{
    /// <summary>The data folder, created when absent.</summary>
    public string Path { get; init; } = "./data";
}
