using System.Net;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Api;
using Thermocline.Operator.Certificates;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Hosting.Shipped;

/// <summary>The webhook with all it needs: its certificate, and what it knows of clusters and pods. Runs in every process, leading or not.</summary>
internal sealed class WebhookPart
{
    private readonly OperatorSurroundings _around;
    private readonly IPEndPoint _address;
    private readonly CertificateKeeper _keeper;
    private readonly WebhookView _view;

    private WebhookPart(OperatorSurroundings around, IPEndPoint address)
    {
        _around = around;
        _address = address;
        _view = new WebhookView(around.Options.Scopes.Count);
        var events = ClusterPart.EventsOf(around);
        _keeper = new CertificateKeeper(
            around.Client,
            new CertificateOptions
            {
                Namespace = around.OwnNamespace,
                Service = around.Options.WebhookService,
                Secret = around.Options.WebhookSecret,
                Configuration = around.Options.WebhookConfiguration,
            },
            around.Time,
            (secret, said, cancellation) => events.PublishAsync(Resources.Secrets, secret, said, cancellation),
            around.Logs.CreateLogger("Thermocline.Operator.Certificates"));
    }

    /// <summary>Nothing where no address is given.</summary>
    public static OperatorParts Of(OperatorSurroundings around)
    {
        if (around.Options.Webhook is not { } address)
            return new OperatorParts();
        var part = new WebhookPart(around, address);
        return new OperatorParts
        {
            Always =
            [
                new OperatorTask("webhook", part.ServeAsync),
                new OperatorTask("certificates", part._keeper.RunAsync),
                .. around.Options.Scopes.SelectMany(part.Watches),
            ],
            Checks =
            [
                new ReadyCheck("certificate", () => part._keeper.Current is null ? "there is no certificate yet" : null),
                new ReadyCheck("webhook", () => part._view.IsKnown ? null : "clusters and pods are not listed yet"),
            ],
        };
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        var options = new WebhookOptions
        {
            Address = _address,
            Began = _around.Metrics.Webhook.Began,
            Ended = _around.Metrics.Webhook.Ended,
        };
        var webhook = new Webhook(
            _view.Sources, new InjectionSettings(_around.OwnNamespace, _around.Options.Image), _around.Time,
            _around.Logs.CreateLogger("Thermocline.Operator.Webhook"));
        try
        {
            await using WebhookServer server = await WebhookServer.StartAsync(webhook, options, () => _keeper.Current, _around.Time, cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (IOException taken)
        {
            throw new HostingException($"--webhook-address {_address}: {taken.Message}", taken);
        }
    }

    private IEnumerable<OperatorTask> Watches(ListScope scope)
    {
        var options = new WatcherOptions { Randomizer = _around.Chance };
        var clusters = new Watcher<MemoryCluster>(_around.Client, MemoryClusters.Resource, scope, options, _around.Time);
        var pods = new Watcher<PartialObject>(
            _around.Client, Resources.MetadataOf(Resources.Pods), scope with { LabelSelector = Names.ClusterLabel }, options, _around.Time);
        yield return new OperatorTask("watch of clusters", clusters.RunAsync);
        yield return new OperatorTask("what the webhook knows of clusters", token => PumpAsync(clusters, _view.Take, token));
        yield return new OperatorTask("watch of attached pods", pods.RunAsync);
        yield return new OperatorTask("what the webhook knows of pods", token => PumpAsync(pods, _view.Take, token));
    }

    private static async Task PumpAsync<T>(Watcher<T> watcher, Action<WatchEvent<T>> take, CancellationToken cancellation)
        where T : class
    {
        await foreach (WatchEvent<T> told in watcher.Events.ReadAllAsync(cancellation))
            take(told);
    }
}
