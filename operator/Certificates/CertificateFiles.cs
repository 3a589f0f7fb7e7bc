namespace Thermocline.Operator.Certificates;

/// <summary>What the Secret holds, all of it PEM.</summary>
/// <param name="Authority">The authority's certificate.</param>
/// <param name="AuthorityKey">Its key.</param>
/// <param name="Serving">The webhook's certificate.</param>
/// <param name="ServingKey">Its key.</param>
/// <param name="PreviousAuthority">The authority before this one, trusted until it expires; empty when there was none.</param>
internal sealed record CertificateFiles(
    string Authority, string AuthorityKey, string Serving, string ServingKey, string PreviousAuthority = "");
