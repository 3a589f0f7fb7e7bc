using System.CommandLine;

namespace Thermocline.Sidecar.Commands;

/// <summary>A command whose help ends with more than its options: how it is used, by example.</summary>
internal sealed class HelpedCommand(string name, string description, string more) : Command(name, description)
{
    /// <summary>What the help ends with.</summary>
    public string More => more;
}
