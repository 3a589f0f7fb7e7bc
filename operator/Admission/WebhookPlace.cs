namespace Thermocline.Operator.Admission;

/// <summary>Where the API server finds the webhook.</summary>
/// <param name="Namespace">The operator's namespace.</param>
/// <param name="Service">The Service before it.</param>
/// <param name="AuthorityBundle">The authorities in PEM that may vouch for it; empty until they are known.</param>
internal sealed record WebhookPlace(string Namespace, string Service, string AuthorityBundle = "");
