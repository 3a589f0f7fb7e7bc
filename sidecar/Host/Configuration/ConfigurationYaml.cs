using System.Security.Cryptography;
using System.Text;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;

namespace Thermocline.Sidecar.Configuration;

/// <summary>Prints a configuration as YAML that reads back as the same configuration.</summary>
internal static class ConfigurationYaml
{
    private static readonly string[] ListSettings = ["compression.stages", "compression.quantisedCollections"];

    /// <summary>The whole configuration. It names files that hold secrets, never a secret.</summary>
    public static string Write(SidecarConfiguration configuration)
    {
        StringBuilder yaml = new();
        string[] open = [];
        foreach ((string path, string value) in ConfigurationValues.Of(configuration))
        {
            string[] names = path.Split('.');
            int same = 0;
            while (same < open.Length && same < names.Length - 1 && open[same] == names[same])
                same++;
            for (int depth = same; depth < names.Length - 1; depth++)
                yaml.Append(' ', depth * 2).Append(names[depth]).Append(":\n");
            yaml.Append(' ', (names.Length - 1) * 2).Append(names[^1]).Append(": ");
            yaml.Append(ListSettings.Contains(path) ? $"[{Listed(value)}]" : Quoted(value)).Append('\n');
            open = names[..^1];
        }
        return yaml.ToString();
    }

    /// <summary>Twelve hex digits that change whenever a setting does.</summary>
    public static string RevisionOf(SidecarConfiguration configuration) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Write(configuration))).AsSpan(0, 6));

    private static string Listed(string words) =>
        string.Join(',', words.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Quoted));

    private static string Quoted(string value)
    {
        bool plain = value.Length > 0 && value.All(each => char.IsAsciiLetterOrDigit(each) || each is '.' or '/' or '-')
            && value is not ("null" or "Null" or "NULL") && !value.StartsWith('-');
        if (plain)
            return value;
        StringBuilder quoted = new("\"");
        foreach (char each in value)
        {
            if (each is '"' or '\\')
                quoted.Append('\\').Append(each);
            else if (char.IsControl(each) || char.IsSurrogate(each))
                quoted.Append("\\u").Append(((int)each).ToString("x4", null));
            else
                quoted.Append(each);
        }
        return quoted.Append('"').ToString();
    }
}
