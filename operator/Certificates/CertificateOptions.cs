using Thermocline.Operator.Admission;

namespace Thermocline.Operator.Certificates;

/// <summary>Whom the certificate is for, where it is kept, and how long it lives.</summary>
internal sealed record CertificateOptions
{
    /// <summary>The operator's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The Service before the webhook.</summary>
    public required string Service { get; init; }

    /// <summary>The Secret that all operators share.</summary>
    public string Secret { get; init; } = "thermocline-webhook-certificate";

    /// <summary>Name of the two webhook configurations that are kept trusting it.</summary>
    public string Configuration { get; init; } = WebhookObjects.Name;

    public TimeSpan AuthorityLife { get; init; } = TimeSpan.FromDays(3_650);

    public TimeSpan ServingLife { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How far the clocks of a cluster may be apart.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often everything is looked at: what somebody else overwrote is mended by then.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The pause after a look that failed.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The name the API server asks for.</summary>
    public string ServerName => $"{Service}.{Namespace}.svc";
}
