using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class DocumentsTests
{
    [Fact]
    public void The_readme_map_names_every_room() =>
        Findings.AssertNone(Documents.RoomsMissingFrom(Repository.Find("README.md")!, Repository.Files));

    [Fact]
    public void The_changelog_has_a_section_for_what_is_here() =>
        Findings.AssertNone(Documents.ChangelogMistakes(Repository.Find("CHANGELOG.md")));

    [Fact]
    public void The_licence_is_there() => Findings.AssertNone(Documents.LicenceMistakes(Repository.Find("LICENSE")));

    [Fact]
    public void A_room_the_map_leaves_out_is_found()
    {
        SourceFile[] files =
        [
            new("sidecar/Store/Format/A.cs", ""), new("sidecar/Store/Hot/A.cs", ""), new("sidecar/Store/B.cs", ""), new("operator/Program.cs", ""),
        ];
        Assert.Contains("sidecar/Store/Hot", Assert.Single(Documents.RoomsMissingFrom("sidecar/\n  Store/  Format/ bytes", files)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changelog_without_sections_is_found()
    {
        Assert.Single(Documents.ChangelogMistakes("# Changes"));
        Assert.Single(Documents.ChangelogMistakes(null));
        Assert.Empty(Documents.ChangelogMistakes("# Changes\n\n## [Unreleased]\n"));
        Assert.Empty(Documents.ChangelogMistakes("# Changes\n\n## 0.1.0\n"));
    }

    [Fact]
    public void Another_licence_is_found()
    {
        Assert.Single(Documents.LicenceMistakes(null));
        Assert.Single(Documents.LicenceMistakes("All rights reserved."));
    }
}
