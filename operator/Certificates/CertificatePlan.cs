using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Operator.Certificates;

/// <summary>What to do for what is kept, at a time. Pure.</summary>
/// <param name="Step">What to do.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record CertificatePlan(CertificateStep Step, string Reason)
{
    /// <summary>Whether somebody should hear of it: it was neither the first time nor planned.</summary>
    public bool IsSurprising { get; init; }

    /// <param name="files">What is kept; null when nothing is.</param>
    /// <param name="serverName">The name that is asked for.</param>
    /// <param name="now">The time.</param>
    public static CertificatePlan Of(CertificateFiles? files, string serverName, DateTimeOffset now)
    {
        if (files is null)
            return new CertificatePlan(CertificateStep.MakeAll, "There is no certificate yet.");
        try
        {
            using X509Certificate2 authority = X509Certificate2.CreateFromPem(files.Authority, files.AuthorityKey);
            return OfAuthority(authority, files, serverName, now);
        }
        catch (Exception damaged) when (damaged is CryptographicException or ArgumentException)
        {
            return Surprise(CertificateStep.MakeAll, "What is kept of the authority cannot be read.");
        }
    }

    /// <summary>The authorities the API server is to trust: during a change of authority both.</summary>
    public static string BundleOf(CertificateFiles files, DateTimeOffset now)
    {
        string own = Trimmed(files.Authority);
        return files.PreviousAuthority.Length > 0 && IsAlive(files.PreviousAuthority, now)
            ? own + Trimmed(files.PreviousAuthority)
            : own;
    }

    private static CertificatePlan OfAuthority(
        X509Certificate2 authority, CertificateFiles files, string serverName, DateTimeOffset now)
    {
        if (authority.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            return Surprise(CertificateStep.MakeAll, "What is kept as the authority is none.");
        if (now >= authority.NotAfter || now < authority.NotBefore)
            return Surprise(CertificateStep.MakeAll, "The authority is not valid at this time.");
        if (IsDue(authority, now))
            return new CertificatePlan(CertificateStep.RenewAuthority, "The authority has passed two thirds of its life.");
        try
        {
            using X509Certificate2 serving = X509Certificate2.CreateFromPem(files.Serving, files.ServingKey);
            return OfServing(serving, authority, serverName, now);
        }
        catch (Exception damaged) when (damaged is CryptographicException or ArgumentException)
        {
            return Surprise(CertificateStep.RenewServing, "What is kept of the serving certificate cannot be read.");
        }
    }

    private static CertificatePlan OfServing(X509Certificate2 serving, X509Certificate2 authority, string serverName, DateTimeOffset now)
    {
        if (!IsIssued(serving, authority))
            return Surprise(CertificateStep.RenewServing, "The serving certificate is not of this authority.");
        if (!serving.MatchesHostname(serverName, allowWildcards: false, allowCommonName: false))
            return Surprise(CertificateStep.RenewServing, $"The serving certificate is not for {serverName}.");
        if (now >= serving.NotAfter || now < serving.NotBefore)
            return Surprise(CertificateStep.RenewServing, "The serving certificate is not valid at this time.");
        return IsDue(serving, now)
            ? new CertificatePlan(CertificateStep.RenewServing, "The serving certificate has passed two thirds of its life.")
            : new CertificatePlan(CertificateStep.Keep, "The certificates are as they should be.");
    }

    private static bool IsIssued(X509Certificate2 serving, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Its times are looked at by themselves; here it is only asked who signed it.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.VerificationTimeIgnored = true;
        bool issued = chain.Build(serving);
        foreach (X509ChainElement element in chain.ChainElements)
            element.Certificate.Dispose();
        return issued;
    }

    private static bool IsDue(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= certificate.NotBefore + ((certificate.NotAfter - certificate.NotBefore) * (2.0 / 3));

    private static bool IsAlive(string pem, DateTimeOffset now)
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
            return now < certificate.NotAfter;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Trimmed(string pem) => pem.Trim() + "\n";

    private static CertificatePlan Surprise(CertificateStep step, string reason) => new(step, reason) { IsSurprising = true };
}
