namespace Thermocline.Sidecar.Commands;

/// <summary>What a command may know of the world around it. Program.cs fills it; tests make their own.</summary>
/// <param name="Output">Standard output: results.</param>
/// <param name="Error">Standard error: everything else.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Time">The clock.</param>
internal sealed record Surroundings(
    TextWriter Output, TextWriter Error, IReadOnlyDictionary<string, string> Environment, TimeProvider Time)
{
    /// <summary>Standard output as bytes, for what is no text.</summary>
    public Stream OutputBytes { get; init; } = Stream.Null;

    /// <summary>Whether standard error is a terminal, where a line can be drawn again and again.</summary>
    public bool ErrorIsTerminal { get; init; }
}
