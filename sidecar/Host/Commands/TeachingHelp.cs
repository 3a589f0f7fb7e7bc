using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Thermocline.Sidecar.Commands;

/// <summary>The standard help, followed by the command's own examples.</summary>
internal sealed class TeachingHelp : SynchronousCommandLineAction
{
    private readonly SynchronousCommandLineAction _standard;
    private readonly string _rootMore;

    private TeachingHelp(SynchronousCommandLineAction standard, string rootMore)
    {
        _standard = standard;
        _rootMore = rootMore;
    }

    /// <summary>Puts itself in the place of the standard help of all commands.</summary>
    public static void Install(RootCommand root, string rootMore)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new TeachingHelp((SynchronousCommandLineAction)help.Action!, rootMore);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int code = _standard.Invoke(parseResult);
        string more = parseResult.CommandResult.Command is HelpedCommand command ? command.More : _rootMore;
        parseResult.InvocationConfiguration.Output.WriteLine(more);
        return code;
    }
}
