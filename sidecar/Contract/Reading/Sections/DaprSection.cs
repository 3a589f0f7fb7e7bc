using System.Text;
using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading.Sections;

/// <summary>Reads section <c>dapr</c>.</summary>
internal static class DaprSection
{
    /// <summary>What names of components and secrets look like.</summary>
    public const string NameForm = "1 to 253 printable characters, no space";

    private const int NameLettersMax = 253;
    private const int ComponentNameLettersMax = 63;

    public static DaprConfiguration Read(SectionReader section)
    {
        DaprConfiguration standard = new();
        DaprConfiguration dapr = new()
        {
            SocketFolder = section.Text("socketFolder", standard.SocketFolder),
            ComponentName = section.Text("componentName", standard.ComponentName),
            SocketMode = section.Mode("socketMode", standard.SocketMode),
            Endpoint = section.Text("endpoint", standard.Endpoint),
            ApiTokenFile = section.Text("apiTokenFile", standard.ApiTokenFile),
            AppTokenFile = section.Text("appTokenFile", standard.AppTokenFile),
        };
        if (dapr.SocketFolder.Length > 0 && !Path.IsPathRooted(dapr.SocketFolder))
            section.Report("socketFolder", "must be an absolute path: daprd looks for it from another folder");
        if (Encoding.UTF8.GetByteCount(dapr.Socket) > SectionReader.SocketPathBytesMax)
            section.Report("socketFolder", "with the socket's name is longer than the 107 bytes a unix socket's path may have");
        if (dapr.ComponentName.Length is 0 or > ComponentNameLettersMax
            || !dapr.ComponentName.All(static each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each == '-'))
            section.Report("componentName", $"must have 1 to {ComponentNameLettersMax} of a-z 0-9 -");
        if (dapr.Endpoint.Length == 0)
            section.Report("endpoint", "must not be empty");
        section.Web("endpoint", dapr.Endpoint, "use apiTokenFile");
        section.End();
        return dapr;
    }

    /// <summary>Whether it may be the name of a component of Dapr's, or of a secret in one.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= NameLettersMax
        && name is not ("." or "..") && !name.AsSpan().ContainsAnyExceptInRange('!', '~');
}
