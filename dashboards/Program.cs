using Thermocline.Dashboards.Sidecar;

const string Usage =
    """
    Usage: dotnet run --project dashboards [-- FOLDER]

    Writes sidecar.json from the panels in dashboards/Sidecar into FOLDER (default: dashboards).
    """;

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.WriteLine(Usage);
    return args.Length > 1 ? 2 : 0;
}

string file = Path.Combine(args is [var folder] ? folder : "dashboards", SidecarDashboard.FileName);
File.WriteAllText(file, SidecarDashboard.Json());
Console.WriteLine($"Wrote {file}.");
return 0;
