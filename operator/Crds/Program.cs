using Thermocline.Operator.Api;
using Thermocline.Operator.Crds;

const string Usage =
    """
    Usage: dotnet run --project operator/Crds [-- FOLDER]

    Writes the definition of MemoryCluster, generated from the records in operator/Api, into FOLDER (default: crds), the same
    as a template into charts/thermocline, and the table of its fields into docs/MEMORYCLUSTER.md.
    """;

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.WriteLine(Usage);
    return args.Length > 1 ? 2 : 0;
}

string folder = args is [var named] ? named : "crds";
Directory.CreateDirectory(folder);
string file = Path.Combine(folder, Definition.FileNameOf(typeof(MemoryCluster)));
File.WriteAllText(file, Definition.Yaml(typeof(MemoryCluster)));
Console.WriteLine($"Wrote {file}.");
const string Templates = "charts/thermocline/templates";
if (Directory.Exists(Templates))
{
    string template = Path.Combine(Templates, "crds.yaml");
    File.WriteAllText(template, Definition.ChartTemplate(typeof(MemoryCluster)));
    Console.WriteLine($"Wrote {template}.");
}

if (File.Exists(FieldTable.Document))
{
    File.WriteAllText(FieldTable.Document, FieldTable.PutInto(File.ReadAllText(FieldTable.Document), typeof(MemoryCluster)));
    Console.WriteLine($"Wrote the table of {FieldTable.Document}.");
}

return 0;
