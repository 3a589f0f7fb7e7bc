using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>Where the API server is, how it proves itself, and who we are.</summary>
internal sealed class ClusterConnection(Uri server) : IDisposable
{
    public Uri Server { get; } = server;

    /// <summary>The namespace meant when none is named.</summary>
    public string Namespace { get; init; } = "default";

    public TokenSource? Token { get; init; }

    /// <summary>Who may vouch for the server; null for those the machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Our own certificate, with its key and those between it and its authority.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>The name the server's certificate must carry; null for that of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether any server is believed. Only ever true when somebody insisted.</summary>
    public bool TrustsAnybody { get; init; }

    /// <summary>The proxy that was named; null for what <see cref="UsesProxy"/> says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether the proxy of the environment is used. Never inside a cluster: the API server is next door.</summary>
    public bool UsesProxy { get; init; }

    /// <summary>What sends requests over this connection.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // An address behind a load balancer moves; streams that are open stay.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        EnableMultipleHttp2Connections = true,
        // A watch is silent for minutes: only a ping tells a quiet connection from a dead one.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        UseProxy = UsesProxy || Proxy is not null,
        Proxy = Proxy is null ? null : new WebProxy(Proxy),
        SslOptions = Ssl(),
    };

    public void Dispose()
    {
        Certificate?.TargetCertificate.Dispose();
        foreach (X509Certificate2 authority in Authorities ?? [])
            authority.Dispose();
    }

    private SslClientAuthenticationOptions Ssl()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName, ClientCertificateContext = Certificate };
        if (Authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }

        if (TrustsAnybody)
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        return options;
    }
}
