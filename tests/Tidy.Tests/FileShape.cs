using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>One file, one type, in the namespace of its folder, short enough to read in one sitting.</summary>
internal static partial class FileShape
{
    private const int LinesMax = 400;

    /// <param name="file">A C# file.</param>
    /// <param name="project">The folder of its project, and the namespace that folder stands for.</param>
    public static IEnumerable<string> Findings(SourceFile file, (string Folder, string Namespace) project)
    {
        int lines = file.Text.AsSpan().Count('\n');
        if (lines > LinesMax)
        {
            yield return $"{file.Path} has {lines} lines, more than {LinesMax}. Split it at its second idea.";
        }

        if (file.Namespace is null)
        {
            if (file.Name != "Program.cs" && file.Name != "AssemblyInfo.cs")
            {
                yield return $"{file.Path} declares no namespace. Only Program.cs consists of statements.";
            }

            yield break;
        }

        string expected = project.Namespace + file.Folder[project.Folder.Length..].Replace('/', '.');
        if (file.Namespace != expected)
        {
            yield return $"{file.Path} declares {file.Namespace}. A room is a folder and a namespace: {expected}.";
        }

        string type = file.Name.Split('.')[0];
        if (!TypeNames(file.Code).Contains(type))
        {
            yield return $"{file.Path} declares no type {type}. Name the file after its type.";
        }
    }

    private static IEnumerable<string> TypeNames(string code) =>
        TypePattern().Matches(code).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum|record\s+struct|record\s+class|delegate\s+[\w<>?\[\]., ]+?)\s+(\w+)\s*[<({:;\r\n]")]
    private static partial Regex TypePattern();
}
