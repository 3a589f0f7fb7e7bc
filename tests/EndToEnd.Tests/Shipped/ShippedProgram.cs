using Thermocline.Testing;
using Thermocline.Testing.Processes;

namespace Thermocline.EndToEnd.Tests.Shipped;

/// <summary>A program as it is published: one file, trimmed, with its runtime.</summary>
/// <param name="Path">The file.</param>
/// <param name="Project">The project it is made of.</param>
/// <param name="Assemblies">What is in it, by file name.</param>
internal sealed record ShippedProgram(string Path, string Project, IReadOnlyDictionary<string, byte[]> Assemblies)
{
    /// <summary>Those beside the sidecar that the tests were told to use; none when that is what was compiled, which dotnet starts. CI names the shipped one.</summary>
    public static IReadOnlyList<ShippedProgram> All()
    {
        SidecarProgram sidecar = SidecarProgram.Need();
        if (sidecar.Arguments.Count > 0)
            return [];
        string folder = System.IO.Path.GetDirectoryName(sidecar.FileName)!;
        return [Read(folder, "thermocline", "Thermocline.Sidecar"), Read(folder, "thermocline-operator", "Thermocline.Operator")];
    }

    private static ShippedProgram Read(string folder, string name, string project)
    {
        string path = System.IO.Path.Combine(folder, name);
        return new(path, project, Required.Found(
            File.Exists(path) ? ProgramBundle.Read(path) : null, $"{path} is no program of one file. Run ./build."));
    }
}
