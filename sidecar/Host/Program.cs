using System.Collections;
using Thermocline.Sidecar.Commands;

// The only place that looks at the environment: commands get a copy, so that a test can give them another one.
Dictionary<string, string> environment = new(StringComparer.Ordinal);
foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
    environment[(string)entry.Key] = (string?)entry.Value ?? "";
Surroundings surroundings = new(Console.Out, Console.Error, environment, TimeProvider.System)
{
    OutputBytes = Console.OpenStandardOutput(),
    ErrorIsTerminal = !Console.IsErrorRedirected,
};
return await CommandTree.RunAsync(args, surroundings);
