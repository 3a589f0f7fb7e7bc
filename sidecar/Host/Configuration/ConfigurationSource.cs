using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;

namespace Thermocline.Sidecar.Configuration;

/// <summary>
/// Where the configuration comes from: a file, over it the environment, over both the command line. Reading it again
/// gives the configuration as it is now.
/// </summary>
internal sealed class ConfigurationSource(
    string? file, IReadOnlyDictionary<string, string> environment, IReadOnlyList<KeyValuePair<string, SettingText>> options)
{
    private const string Prefix = "THERMOCLINE__";
    private const int SegmentsMax = 8;

    // What Dapr's own tools read, and what its injector writes: they differ in a letter.
    private static readonly string[] DaprFolders = ["DAPR_COMPONENTS_SOCKETS_FOLDER", "DAPR_COMPONENT_SOCKETS_FOLDER"];

    private static readonly string[] DaprFolderPath = ["dapr", "socketFolder"];

    /// <summary>The file, or null when there is none.</summary>
    public string? File => file;

    /// <summary>Reads everything.</summary>
    public ConfigurationReading Read() => Read(ReadFile());

    /// <summary>Reads everything, the file's content being known already.</summary>
    public ConfigurationReading Read(ReadOnlySpan<byte> content)
    {
        try
        {
            SettingSection settings = UnderFile(YamlSettings.Read(content));
            return ConfigurationReader.Read(OverOptions(OverEnvironment(settings)));
        }
        catch (FormatException failure)
        {
            return Failed(failure.Message);
        }
    }

    /// <summary>The file's content, at most one byte more than is allowed; empty when there is no file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public byte[] ReadFile()
    {
        if (file is null)
            return [];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream content = new();
        byte[] piece = new byte[16 << 10];
        int read;
        while (content.Length <= YamlSettings.BytesMax && (read = stream.Read(piece)) > 0)
            content.Write(piece, 0, read);
        return content.ToArray();
    }

    /// <summary>A configuration that could not be read at all.</summary>
    public ConfigurationReading Failed(string why) =>
        new(new SidecarConfiguration(), [new Mistake(file ?? "configuration", why, "")], []);

    /// <summary>A container that Dapr's injector knows for a component is told where the sockets are; a file knows better.</summary>
    private SettingSection UnderFile(SettingSection settings)
    {
        string? name = Array.Find(DaprFolders, each => environment.GetValueOrDefault(each, "").Length > 0);
        return name is null || settings.Has(DaprFolderPath)
            ? settings
            : settings.With(DaprFolderPath, new SettingText(environment[name], "environment " + name));
    }

    private SettingSection OverEnvironment(SettingSection settings)
    {
        // Sorted, so that the same environment always reads the same.
        foreach ((string name, string value) in environment.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            string[] path = name[Prefix.Length..].Split("__");
            if (path.Length > SegmentsMax || path.Contains(""))
                throw new FormatException($"the environment variable {name} names no setting");
            settings = settings.With(path, new SettingText(value, "environment " + name));
        }
        return settings;
    }

    private SettingSection OverOptions(SettingSection settings)
    {
        foreach ((string path, SettingText value) in options)
            settings = settings.With(path.Split('.'), value);
        return settings;
    }
}
