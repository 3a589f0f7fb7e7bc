using System.Net;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Hosting;

/// <summary>How the operator is run.</summary>
internal sealed record RunOptions
{
    /// <summary>The namespaces it looks after; none means all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Where its lease and its certificate lie; empty for the namespace of the connection.</summary>
    public string OperatorNamespace { get; init; } = "";

    /// <summary>Image of the sidecar, where a cluster names none.</summary>
    public string Image { get; init; } = "";

    /// <summary>Where the webhooks listen; null for none.</summary>
    public IPEndPoint? Webhook { get; init; }

    /// <summary>The Service by which the API server reaches the webhooks, in the operator's namespace.</summary>
    public string WebhookService { get; init; } = "";

    /// <summary>The Secret of their certificate, in the operator's namespace.</summary>
    public string WebhookSecret => $"{WebhookService}-certificate";

    /// <summary>The webhook configurations, mutating and validating, that are told who vouches for the webhooks.</summary>
    public string WebhookConfiguration { get; init; } = "";

    /// <summary>Where health is told.</summary>
    public required IPEndPoint Health { get; init; }

    /// <summary>Where metrics are told; null for nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>Name of the lease.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Whether the log is one JSON object a line.</summary>
    public bool JsonLog { get; init; }

    /// <summary>The least severe line that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>The kubeconfig; null inside a cluster.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>What this process is called in the lease and in events: its pod's name, or its machine's.</summary>
    public string Instance { get; init; } = "";

    /// <summary>What is watched, one scope a namespace.</summary>
    public IReadOnlyList<ListScope> Scopes =>
        Namespaces.Count == 0 ? [ListScope.All] : [.. Namespaces.Select(static each => new ListScope { Namespace = each })];

    /// <summary>Whether a namespace is looked after.</summary>
    public bool LooksAfter(string @namespace) => Namespaces.Count == 0 || Namespaces.Contains(@namespace, StringComparer.Ordinal);
}
