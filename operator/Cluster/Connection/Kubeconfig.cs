using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>
/// The connection of a context of a kubeconfig. What would start another program, or weaken the proof of who the server is, is refused.
/// </summary>
internal static class Kubeconfig
{
    private static readonly (string Name, string Instead)[] Refused =
    [
        ("exec", "starts another program, which is not done here; use a token, tokenFile or client certificate"),
        ("auth-provider", "is not supported; use a token, tokenFile or client certificate"),
        ("username", "is not supported; use a token, tokenFile or client certificate"),
        ("password", "is not supported; use a token, tokenFile or client certificate"),
        ("as", "impersonation is not supported"),
    ];

    /// <exception cref="ConnectionException">The file or something it names cannot be used.</exception>
    public static ClusterConnection Load(string file, KubeconfigOptions options, TimeProvider time)
    {
        KubeconfigSection root;
        try
        {
            root = new KubeconfigSection(file, "", KubeconfigYaml.Read(TextFile.Read(file)));
        }
        catch (FormatException mistake)
        {
            throw new ConnectionException(file, null, mistake.Message);
        }

        KubeconfigSection context = root.Named("contexts", options.Context ?? root.Required("current-context"), "context");
        KubeconfigSection cluster = root.Named("clusters", context.Required("cluster"), "cluster");
        KubeconfigSection user = root.Named("users", context.Required("user"), "user");
        foreach ((string name, string instead) in Refused)
        {
            if (user.Has(name))
                throw user.Refuse(name, instead);
        }

        bool untrusted = cluster.Text("insecure-skip-tls-verify") == "true";
        if (untrusted && !options.AllowsUntrusted)
            throw cluster.Refuse("insecure-skip-tls-verify", "would believe any server; name its certificate-authority instead");
        return new ClusterConnection(Address(cluster, "server"))
        {
            Namespace = context.Text("namespace") ?? "default",
            Token = Token(user, time),
            Authorities = untrusted ? null : Authorities(cluster),
            Certificate = Certificate(user),
            ServerName = cluster.Text("tls-server-name"),
            TrustsAnybody = untrusted,
            Proxy = cluster.Has("proxy-url") ? Address(cluster, "proxy-url") : null,
            UsesProxy = true,
        };
    }

    private static Uri Address(KubeconfigSection cluster, string name)
    {
        bool valid = Uri.TryCreate(cluster.Required(name), UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            && address.UserInfo.Length == 0 && address.Query.Length == 0;
        return valid ? address! : throw cluster.Refuse(name, "is not an address");
    }

    // A file wins over a token beside it, as with kubectl: it is the one that is kept fresh.
    private static TokenSource? Token(KubeconfigSection user, TimeProvider time)
    {
        if (user.Text("tokenFile") is { } file)
            return TokenSource.OfFile(user.Resolve(file), time);
        if (user.Text("token") is not { } token)
            return null;
        return token.Any(each => char.IsControl(each) || each == ' ')
            ? throw user.Refuse("token", "is not a token")
            : TokenSource.Fixed(token);
    }

    private static X509Certificate2Collection? Authorities(KubeconfigSection cluster)
    {
        const string Data = "certificate-authority-data";
        const string InFile = "certificate-authority";
        try
        {
            return cluster.Content(Data, InFile) is { } pem ? Certificates.Authorities(pem) : null;
        }
        catch (CryptographicException damaged)
        {
            throw cluster.Refuse(cluster.Has(Data) ? Data : InFile, "is not a certificate", damaged);
        }
    }

    private static SslStreamCertificateContext? Certificate(KubeconfigSection user)
    {
        const string Data = "client-certificate-data";
        const string InFile = "client-certificate";
        string? certificate = user.Content(Data, InFile);
        string? key = user.Content("client-key-data", "client-key");
        string field = user.Has(Data) ? Data : InFile;
        if (certificate is null && key is null)
            return null;
        if (certificate is null)
            throw user.Refuse(InFile, "is missing beside the key");
        if (key is null)
            throw user.Refuse("client-key", "is missing beside the certificate");
        try
        {
            return Certificates.Own(certificate, key);
        }
        catch (Exception damaged) when (damaged is CryptographicException or ArgumentException)
        {
            // The inner message is left out: it may quote what it could not read.
            throw user.Refuse(field, "and its key are damaged or do not belong together");
        }
    }
}
