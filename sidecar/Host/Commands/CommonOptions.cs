using System.CommandLine;

namespace Thermocline.Sidecar.Commands;

/// <summary>Options that several commands share, spelt once.</summary>
internal static class CommonOptions
{
    /// <summary><c>--output text|json</c>.</summary>
    public static Option<string> Output()
    {
        Option<string> option = new("--output")
        {
            Description = "How to print the result: text or json.",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    /// <summary><c>--data DIR</c>.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "The data folder.",
        HelpName = "DIR",
    };
}
