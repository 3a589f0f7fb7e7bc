using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Thermocline.Testing.Cluster.Pods;

/// <summary>
/// The volumes of a pod as folders of this machine. Maps and secrets are written as a kubelet writes them: into a folder of their
/// own, which a link is then turned to, so that readers see all of a version or all of the next.
/// </summary>
internal sealed partial class PodVolumes(string folder)
{
    private readonly Dictionary<string, string> _written = [];
    private int _version;

    /// <summary>Where each mount of a container lies here, the longest first.</summary>
    public IReadOnlyList<(string Path, string Folder)> Mounts { get; private set; } = [];

    /// <summary>Makes the folders a container mounts. False while a map or secret that must be there is not.</summary>
    public bool TryPrepare(JsonNode pod, JsonNode container, PodObjects objects)
    {
        var mounts = new List<(string, string)>();
        foreach (JsonNode mount in (container["volumeMounts"] as JsonArray ?? []).OfType<JsonNode>())
        {
            string name = (string)mount["name"]!;
            JsonNode volume = (pod["spec"]!["volumes"] as JsonArray)!.First(each => (string?)each!["name"] == name)!;
            if (!TryFill(name, volume, objects))
                return false;
            mounts.Add(((string)mount["mountPath"]!, Path.Combine(folder, name)));
        }

        Mounts = [.. mounts.OrderByDescending(static mount => mount.Item1.Length)];
        return true;
    }

    /// <summary>Follows what changed in maps and secrets.</summary>
    public void Follow(JsonNode pod, PodObjects objects)
    {
        foreach (JsonNode volume in (pod["spec"]!["volumes"] as JsonArray ?? []).OfType<JsonNode>())
        {
            if (_written.ContainsKey((string)volume["name"]!))
                TryFill((string)volume["name"]!, volume, objects);
        }
    }

    /// <summary>A text of the container's, with the paths of this machine in place of the container's.</summary>
    public string Here(string text)
    {
        foreach ((string path, string here) in Mounts)
        {
            int at = text.IndexOf(path, StringComparison.Ordinal);
            // A path that only begins like it is another one.
            if (at >= 0 && (at + path.Length == text.Length || text[at + path.Length] is '/' or '\n' or '"' or '\''))
                text = text.Replace(path, here, StringComparison.Ordinal);
        }

        return text;
    }

    private bool TryFill(string name, JsonNode volume, PodObjects objects)
    {
        string here = Path.Combine(folder, name);
        Directory.CreateDirectory(here);
        (JsonNode? source, IReadOnlyDictionary<string, byte[]>? content) =
            volume["configMap"] is { } map ? (map, objects.Map((string)map["name"]!))
            : volume["secret"] is { } secret ? (secret, objects.Secret((string)secret["secretName"]!))
            : ((JsonNode?)null, null);
        if (source is null)
            return true;
        if (content is null)
            return (bool?)source["optional"] ?? false;
        string version = string.Join('\n', content.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => $"{pair.Key}={Convert.ToHexString(pair.Value)}"));
        if (_written.GetValueOrDefault(name) != version)
            Write(here, content);
        _written[name] = version;
        return true;
    }

    private void Write(string here, IReadOnlyDictionary<string, byte[]> content)
    {
        string version = $"..{(++_version).ToString(CultureInfo.InvariantCulture)}";
        Directory.CreateDirectory(Path.Combine(here, version));
        foreach ((string key, byte[] value) in content)
            File.WriteAllText(Path.Combine(here, version, key), Here(Encoding.UTF8.GetString(value)));
        string link = Path.Combine(here, "..data"), next = Path.Combine(here, "..data_tmp");
        File.CreateSymbolicLink(next, version);
        // The library looks at what a link points to; a kubelet renames the link.
        if (Rename(next, link) != 0)
            throw new IOException($"The link {link} could not be turned.");
        foreach (string key in content.Keys)
        {
            if (!File.Exists(Path.Combine(here, key)))
                File.CreateSymbolicLink(Path.Combine(here, key), Path.Combine("..data", key));
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
