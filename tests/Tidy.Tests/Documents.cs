using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>The documents a reader starts from name everything there is.</summary>
internal static partial class Documents
{
    /// <summary>Rooms (folders with source of the shipped parts and of the test projects) that the README's map leaves out.</summary>
    public static IEnumerable<string> RoomsMissingFrom(string readme, IEnumerable<SourceFile> files) =>
        from room in files.Where(file => file.IsCSharp).Select(RoomOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)
        let name = room[(room.LastIndexOf('/') + 1)..]
        where !Regex.IsMatch(readme, $@"(?<![\w.]){Regex.Escape(name)}/(?!\w)|(?<![\w.]){Regex.Escape(room)}(?![\w/])")
        select $"README.md does not name the room {room}. Give it a line in the map: {name}/ and one sentence.";

    public static IEnumerable<string> ChangelogMistakes(string? changelog)
    {
        if (changelog is null)
        {
            return ["CHANGELOG.md is missing. Add it with a section ## [Unreleased]."];
        }

        return ReleaseHeading().IsMatch(changelog)
            ? []
            : ["CHANGELOG.md has neither a section ## [Unreleased] nor one of a version. Add what changed under one."];
    }

    public static IEnumerable<string> LicenceMistakes(string? licence) =>
        licence is not null && licence.Contains("Apache License", StringComparison.Ordinal)
            && licence.Contains("Version 2.0", StringComparison.Ordinal)
            ? []
            : ["LICENSE is missing or is not the Apache License 2.0. Put its full text there."];

    // The room a file lies in: two levels below a part, one for the operator and the tests.
    private static string? RoomOf(SourceFile file)
    {
        string[] parts = file.Folder.Split('/');
        return parts switch
        {
            ["sidecar", _, ..] => string.Join('/', parts.Take(3)),
            ["operator", _, ..] => string.Join('/', parts.Take(2)),
            ["tests", _, ..] => string.Join('/', parts.Take(2)),
            _ => null,
        };
    }

    [GeneratedRegex(@"^## \[?(Unreleased|\d+\.\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex ReleaseHeading();
}
