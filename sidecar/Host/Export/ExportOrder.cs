using Thermocline.Memory.Export;

namespace Thermocline.Sidecar.Export;

/// <summary>What the command line asks for.</summary>
internal sealed record ExportOrder
{
    /// <summary>Where the export goes, or null for standard output.</summary>
    public string? File { get; init; }

    /// <summary>The data folder, unless a server is named.</summary>
    public required string Folder { get; init; }

    /// <summary>The running sidecar that is asked, or null.</summary>
    public Uri? Server { get; init; }

    /// <summary>File that holds the server's admin token.</summary>
    public required string TokenFile { get; init; }

    public ExportSelection Selection { get; init; } = new();

    public bool Resumes { get; init; }

    public bool Replaces { get; init; }

    /// <summary>Whether the first damaged record ends the export.</summary>
    public bool StopsAtDamage { get; init; }

    public bool IsJson { get; init; }

    /// <summary>What an interrupted export must have come from to be gone on with.</summary>
    public string SourceName => Server?.GetLeftPart(UriPartial.Authority) ?? Path.GetFullPath(Folder);
}
