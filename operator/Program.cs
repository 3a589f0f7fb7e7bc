using System.CommandLine;

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
var root = new RootCommand("thermocline-operator: reconciles MemoryCluster resources. So far it prints their definition.") { crds };
return root.Parse(args).Invoke();
