using System.Globalization;
using System.Security.Cryptography;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>The connection every pod is given: the address in its environment, and token, authority and namespace in a folder.</summary>
internal static class InCluster
{
    public const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public const string HostVariable = "KUBERNETES_SERVICE_HOST";

    public const string PortVariable = "KUBERNETES_SERVICE_PORT";

    /// <summary>Whether this is a pod that may speak to its cluster.</summary>
    public static bool IsHere(Func<string, string?> environment, string folder = Folder) =>
        !string.IsNullOrEmpty(environment(HostVariable)) && File.Exists(Path.Combine(folder, "token"));

    /// <summary>Reads the connection.</summary>
    /// <param name="environment">What a variable says, or null.</param>
    /// <param name="time">The clock by which the token is read again.</param>
    /// <param name="folder">Where the service account is mounted.</param>
    /// <exception cref="ConnectionException">Something is missing or damaged.</exception>
    public static ClusterConnection Load(Func<string, string?> environment, TimeProvider time, string folder = Folder)
    {
        string host = environment(HostVariable) is { Length: > 0 } said
            ? said
            : throw new ConnectionException("environment", HostVariable, "is not set: this is not a pod");
        string port = environment(PortVariable) is { Length: > 0 } number ? number : "443";
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new ConnectionException("environment", PortVariable, "is not a port");
        if (!Uri.TryCreate($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}", UriKind.Absolute,
            out Uri? server))
        {
            throw new ConnectionException("environment", HostVariable, "is not a host");
        }

        string token = Path.Combine(folder, "token");
        if (!File.Exists(token))
            throw new ConnectionException(token, null, "is missing: the pod has no service account token");
        string authority = Path.Combine(folder, "ca.crt");
        string space = Path.Combine(folder, "namespace");
        try
        {
            return new ClusterConnection(server)
            {
                Token = TokenSource.OfFile(token, time),
                Authorities = Certificates.Authorities(TextFile.Read(authority)),
                Namespace = File.Exists(space) ? TextFile.Read(space).Trim() : "default",
            };
        }
        catch (CryptographicException damaged)
        {
            throw new ConnectionException(authority, null, "is not a certificate", damaged);
        }
    }
}
