using System.Collections;
using System.CommandLine;
using Thermocline.Operator.Hosting.Commands;
using Thermocline.Operator.Hosting.Shipped;

var crds = new Command("crds", "Prints the custom resource definitions, for kubectl apply -f -.");
crds.Aliases.Add("crd");
crds.SetAction(_ =>
{
    // Made when this program was built: it is trimmed, and what makes them needs reflection.
    foreach (string name in typeof(Program).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
    {
        using Stream definition = typeof(Program).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(definition);
        Console.Out.Write(reader.ReadToEnd());
    }
});

// The only place that looks at the environment.
Dictionary<string, string> environment = new(StringComparer.Ordinal);
foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
    environment[(string)entry.Key] = (string?)entry.Value ?? "";
var run = new RunCommand(Console.Out, Console.Error, environment, Composition.Of);
var root = new RootCommand("thermocline-operator: reconciles MemoryCluster resources and attaches sidecars to pods.") { run.Create(), crds };
// Its own handling of signals would end a run after two seconds; a run stops by itself.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
