using System.CommandLine;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Hosting.Metrics;

namespace Thermocline.Operator.Hosting.Commands;

/// <summary><c>thermocline-operator run</c>.</summary>
/// <param name="output">Standard output: one line once it answers.</param>
/// <param name="error">Standard error: what is wrong.</param>
/// <param name="environment">Environment variables.</param>
/// <param name="compose">Makes what the operator consists of.</param>
internal sealed class RunCommand(
    TextWriter output, TextWriter error, IReadOnlyDictionary<string, string> environment, Func<OperatorSurroundings, OperatorParts> compose)
{
    private const string Description =
        """
        Runs the operator until SIGTERM or Ctrl-C: looks after MemoryCluster resources, attaches sidecars to pods.

        Inside a cluster it uses the service account of its pod, elsewhere the kubeconfig that is named. Of several that run, one
        leads, by a lease; all answer webhooks. It prints one line on standard output when it answers:
          ready health=http://127.0.0.1:8081 metrics=http://127.0.0.1:8080
        The log goes to standard error. Every option may stand in the environment instead: --log-level debug is
        THERMOCLINE_OPERATOR_LOG_LEVEL=debug, and --namespace takes a list with commas there.

        Examples:
          thermocline-operator run --kubeconfig ~/.kube/config
          thermocline-operator run --kubeconfig ~/.kube/config --namespace team-a --namespace team-b --log-level debug
          thermocline-operator run --image registry.example/thermocline:0.1.0 --health-address 0.0.0.0:8081

        Exit codes: 0 stopped as told (the lease is given back), 1 failed, 2 bad usage or no cluster.
        """;

    private static readonly (string Name, string Value, string Help)[] Options =
    [
        ("namespace", "NS|all", "A namespace to look after; may be given many times. Default: all."),
        ("operator-namespace", "NS", "Where the lease and the certificate lie. Default: POD_NAMESPACE, or that of the connection."),
        ("image", "IMAGE", "Image of the sidecar, where a MemoryCluster names none."),
        ("webhook-address", "HOST:PORT", "Where the webhooks listen; empty for none. Default: 127.0.0.1:9443."),
        ("webhook-service", "NAME", "The Service by which the API server reaches them; NAME-certificate is the Secret. Default: thermocline-webhook."),
        ("webhook-configuration", "NAME", "The webhook configurations that are told who vouches for them. Default: thermocline-webhook."),
        ("health-address", "HOST:PORT", "Where /healthz/live and /healthz/ready answer. Default: 127.0.0.1:8081."),
        ("metrics-address", "HOST:PORT", "Where /metrics answers; empty for nowhere. Default: 127.0.0.1:8080."),
        ("lease-name", "NAME", "Which lease decides who leads. Default: thermocline-operator."),
        ("log-format", "json|text", "How to log. Default: text."),
        ("log-level", "LEVEL", "debug, information, warning or error. Default: information."),
        ("kubeconfig", "FILE", "How to reach the cluster from outside of it."),
    ];

    private readonly Dictionary<string, Option<string[]>> _options = Options.ToDictionary(
        static each => each.Name,
        static each => new Option<string[]>("--" + each.Name)
        {
            Description = each.Help,
            HelpName = each.Value,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = static _ => [],
        });

    /// <summary>The command.</summary>
    public Command Create()
    {
        var command = new Command("run", Description);
        foreach (Option<string[]> option in _options.Values)
            command.Options.Add(option);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var settings = new RunSettings(
            name => parsed.GetResult(_options[name]) is { Implicit: false } ? parsed.GetValue(_options[name]) : null, environment);
        RunOptions options = settings.Read();
        foreach (string mistake in settings.Mistakes)
            await error.WriteLineAsync(mistake);
        if (settings.Mistakes.Count > 0)
            return ExitCode.BadUsage;
        using var signals = new StopSignals();
        try
        {
            using ClusterConnection connection = Connect(options);
            using ILoggerFactory logs = Logs.Create(options);
            using var client = new ClusterClient(connection, TimeProvider.System);
            var around = new OperatorSurroundings(options, client, logs, new OperatorMetrics(TimeProvider.System), TimeProvider.System);
            var host = new OperatorHost(around, compose(around));
            await host.RunAsync(ReadyAsync, signals.Stop);
            return ExitCode.Done;
        }
        catch (ConnectionException unknown)
        {
            await error.WriteLineAsync($"The cluster is not known. {unknown.Message}");
            return ExitCode.BadUsage;
        }
        catch (HostingException failure)
        {
            await error.WriteLineAsync($"thermocline-operator failed: {failure.Message}");
            return ExitCode.Failed;
        }
    }

    private async Task ReadyAsync(string line)
    {
        await output.WriteLineAsync(line);
        await output.FlushAsync();
    }

    private ClusterConnection Connect(RunOptions options)
    {
        string? Variable(string name) => environment.TryGetValue(name, out string? value) ? value : null;
        if (options.Kubeconfig is { } file)
            return Kubeconfig.Load(file, new KubeconfigOptions(), TimeProvider.System);
        return InCluster.IsHere(Variable)
            ? InCluster.Load(Variable, TimeProvider.System)
            : throw new ConnectionException("--kubeconfig", null, "is not given, and this is no pod with a service account. Name a kubeconfig");
    }
}
