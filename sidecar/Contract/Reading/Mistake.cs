namespace Thermocline.Contract.Reading;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">Which setting, from the top, with dots.</param>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Origin">Where the setting stood, empty when it is absent.</param>
public sealed record Mistake(string Path, string Message, string Origin)
{
    /// <inheritdoc/>
    public override string ToString() => Origin.Length == 0 ? $"{Path}: {Message}" : $"{Path}: {Message} ({Origin})";
}
