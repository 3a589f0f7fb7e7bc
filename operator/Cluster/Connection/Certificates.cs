using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>Certificates and keys from PEM text.</summary>
internal static class Certificates
{
    /// <summary>Every certificate of the text; at least one.</summary>
    /// <exception cref="CryptographicException">There is none, or one is damaged.</exception>
    public static X509Certificate2Collection Authorities(string pem)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(pem);
        return found.Count > 0 ? found : throw new CryptographicException("There is no certificate in it.");
    }

    /// <summary>The first certificate of the text with its key, and the others as those that vouch for it.</summary>
    /// <exception cref="CryptographicException">One of them is missing or damaged, or they do not belong together.</exception>
    public static SslStreamCertificateContext Own(string certificatePem, string keyPem)
    {
        X509Certificate2Collection all = Authorities(certificatePem);
        using X509Certificate2 bare = all[0];
        all.RemoveAt(0);
        string first = bare.ExportCertificatePem();
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(first, keyPem), all, offline: true);
    }
}
