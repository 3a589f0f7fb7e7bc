using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>A file of the repository: its path from the root with slashes, and its text.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    private string? _code;

    /// <summary>The text without comments and without the contents of string literals, line breaks kept.</summary>
    public string Code => _code ??= CodeText.Of(Text);

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Folder => Path.LastIndexOf('/') is >= 0 and int slash ? Path[..slash] : "";

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsShipped => IsBelow("sidecar") || IsBelow("operator");

    /// <summary>The namespace it declares; null for top-level statements.</summary>
    public string? Namespace => NamespacePattern().Match(Code) is { Success: true } match ? match.Groups[1].Value : null;

    public int LineOf(int position) => Text.AsSpan(0, position).Count('\n') + 1;

    public bool IsBelow(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();
}
