using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Operator.Certificates;

/// <summary>Makes authorities and serving certificates: ECDSA on P-256.</summary>
internal static class CertificateMaker
{
    private const int SerialBytes = 16;

    /// <summary>Carries out a step.</summary>
    /// <param name="step">What to do; not Keep.</param>
    /// <param name="files">What is kept; null when nothing is, or nothing of it is to be used.</param>
    /// <param name="options">For whom and how long.</param>
    /// <param name="now">The time.</param>
    public static CertificateFiles Make(CertificateStep step, CertificateFiles? files, CertificateOptions options, DateTimeOffset now)
    {
        if (step == CertificateStep.RenewServing && files is not null)
        {
            (string renewed, string renewedKey) = Serving(files.Authority, files.AuthorityKey, options, now);
            return files with { Serving = renewed, ServingKey = renewedKey };
        }

        (string authority, string authorityKey) = Authority(options, now);
        (string serving, string servingKey) = Serving(authority, authorityKey, options, now);
        string previous = step == CertificateStep.RenewAuthority ? files?.Authority ?? "" : "";
        return new CertificateFiles(authority, authorityKey, serving, servingKey, previous);
    }

    private static (string Certificate, string Key) Authority(CertificateOptions options, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The time is part of the name: two authorities of one name confuse whoever looks for the one that signed.
        var request = new CertificateRequest(
            $"CN=thermocline webhook authority {now.ToUnixTimeSeconds()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using X509Certificate2 certificate = request.CreateSelfSigned(now - options.ClockSkew, now + options.AuthorityLife);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static (string Certificate, string Key) Serving(
        string authorityPem, string authorityKeyPem, CertificateOptions options, DateTimeOffset now)
    {
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(authorityPem, authorityKeyPem);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Cut(options.ServerName)}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(options.ServerName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        DateTimeOffset begin = Latest(now - options.ClockSkew, authority.NotBefore);
        DateTimeOffset end = now + options.ServingLife;
        using X509Certificate2 certificate = request.Create(
            authority, begin, end < authority.NotAfter ? end : authority.NotAfter, RandomNumberGenerator.GetBytes(SerialBytes));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // A common name has at most 64 letters; nobody looks at it where there are alternative names.
    private static string Cut(string name) => name.Length <= 64 ? name : name[..64];
}
