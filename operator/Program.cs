using System.CommandLine;

var root = new RootCommand("thermocline-operator: reconciles MemoryCluster resources. This version has no commands yet.");
return root.Parse(args).Invoke();
