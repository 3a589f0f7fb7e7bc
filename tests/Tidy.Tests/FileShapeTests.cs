using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class FileShapeTests
{
    [Fact]
    public void Every_file_is_named_after_its_type_and_lies_in_the_folder_of_its_namespace()
    {
        (string Folder, string Namespace)[] projects =
            [.. Repository.Projects.Select(project => (project.Folder, ProjectFile.RootNamespace(project)))];
        Findings.AssertNone(
            from file in Repository.CSharp
            let project = projects.Where(project => file.IsBelow(project.Folder)).MaxBy(project => project.Folder.Length)
            from finding in project.Folder is null
                ? [$"{file.Path} belongs to no project. Move it into one."]
                : FileShape.Findings(file, project)
            select finding);
    }

    [Theory]
    [InlineData("sidecar/Store/Log/A.cs", "namespace Thermocline.Store;\nclass A { }")]
    [InlineData("sidecar/Store/Log/A.cs", "namespace Thermocline.Store.Log;\nclass B { }")]
    [InlineData("sidecar/Store/Log/A.cs", "class A { }")]
    public void A_wrong_shape_is_found(string path, string text) =>
        Assert.Single(FileShape.Findings(new SourceFile(path, text), ("sidecar/Store", "Thermocline.Store")));

    [Fact]
    public void A_long_file_is_found()
    {
        string text = "namespace Thermocline.Store;\nclass A { }" + new string('\n', 500);
        string finding = Assert.Single(FileShape.Findings(
            new SourceFile("sidecar/Store/A.cs", text), ("sidecar/Store", "Thermocline.Store")));
        Assert.Contains("501 lines", finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("namespace Thermocline.Store.Log;\ninternal readonly record struct A(int B);")]
    [InlineData("namespace Thermocline.Store.Log;\npublic sealed class A<T> { }")]
    [InlineData("namespace Thermocline.Store.Log;\npublic delegate ReadOnlySpan<byte> A(int b);")]
    [InlineData("namespace Thermocline.Store.Log;\n\ninternal ref struct A\n{\n}")]
    public void A_right_shape_is_accepted(string text) =>
        Assert.Empty(FileShape.Findings(new SourceFile("sidecar/Store/Log/A.cs", text), ("sidecar/Store", "Thermocline.Store")));
}
