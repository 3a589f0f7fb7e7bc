using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Connection;

public sealed class KubeconfigTests : IDisposable
{
    private const string Secret = "s3cr3t";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_current_context_counts_unless_another_is_named()
    {
        using ClusterConnection current = Load(Text("{token: abc}"));
        Assert.Equal(("https://one.test:6443/", "space"), (current.Server.AbsoluteUri, current.Namespace));
        Assert.Equal("abc", current.Token!.Read());
        using ClusterConnection other = Load(Text("{token: abc}"), new KubeconfigOptions { Context = "second" });
        Assert.Equal(("https://two.test/", "default"), (other.Server.AbsoluteUri, other.Namespace));
    }

    [Fact]
    public void Files_are_found_from_the_folder_of_the_kubeconfig()
    {
        (string certificate, string key) = Pair();
        File.WriteAllText(_folder.Combine("me.crt"), certificate);
        File.WriteAllText(_folder.Combine("me.key"), key);
        File.WriteAllText(_folder.Combine("token"), "abc\n");
        using ClusterConnection connection = Load(Text("{client-certificate: me.crt, client-key: me.key, tokenFile: token, token: old}"));
        Assert.Equal("CN=me", connection.Certificate!.TargetCertificate.Subject);
        Assert.Equal("abc", connection.Token!.Read());
        Assert.True(connection.Token.IsReread);
    }

    [Fact]
    public void Certificates_may_stand_in_the_file()
    {
        (string certificate, string key) = Pair();
        using ClusterConnection connection = Load(Text(
            $"{{client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}}}",
            $", certificate-authority-data: {Base64(certificate)}"));
        Assert.True(connection.Certificate!.TargetCertificate.HasPrivateKey);
        Assert.Equal("CN=me", Assert.Single(connection.Authorities!).Subject);
    }

    [Theory]
    [InlineData("{exec: {command: get-token, env: [{name: X, value: s3cr3t}]}}", "", "users[me].user.exec")]
    [InlineData("{auth-provider: {name: oidc}}", "", "users[me].user.auth-provider")]
    [InlineData("{username: u, password: s3cr3t}", "", "users[me].user.username")]
    [InlineData("{as: somebody, token: s3cr3t}", "", "users[me].user.as")]
    [InlineData("{token: 's3cr3t two'}", "", "users[me].user.token")]
    [InlineData("{client-certificate-data: s3cr3t!, client-key-data: s3cr3t}", "", "users[me].user.client-certificate-data")]
    [InlineData("{client-certificate-data: czNjcjN0, client-key-data: czNjcjN0}", "", "users[me].user.client-certificate-data")]
    [InlineData("{client-certificate-data: czNjcjN0}", "", "users[me].user.client-key")]
    [InlineData("{client-key-data: czNjcjN0}", "", "users[me].user.client-certificate")]
    [InlineData("{client-certificate: absent.crt, client-key: absent.key}", "", "users[me].user.client-certificate")]
    [InlineData("{token: s3cr3t}", ", certificate-authority-data: czNjcjN0", "clusters[one].cluster.certificate-authority-data")]
    [InlineData("{token: s3cr3t}", ", certificate-authority: absent.crt", "clusters[one].cluster.certificate-authority")]
    [InlineData("{token: s3cr3t}", ", insecure-skip-tls-verify: true", "clusters[one].cluster.insecure-skip-tls-verify")]
    [InlineData("{token: s3cr3t}", ", proxy-url: 'ftp://x'", "clusters[one].cluster.proxy-url")]
    public void A_mistake_names_the_file_and_the_field_and_no_secret(string user, string cluster, string field)
    {
        ConnectionException refused = Assert.Throws<ConnectionException>(() => Load(Text(user, cluster)));
        Assert.Equal((_folder.Combine("config"), field), (refused.File, refused.Field));
        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("czNjcjN0", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "current-context")]
    [InlineData("current-context: absent", "contexts[absent]")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {user: u}}]", "contexts[a].context.cluster")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {user: u, cluster: c}}]", "clusters[c]")]
    [InlineData("token: s3cr3t: s3cr3t\n\t- s3cr3t", null)]
    [InlineData("- s3cr3t", null)]
    [InlineData("a: &x s3cr3t\nb: *x", null)]
    [InlineData("a: s3cr3t\na: s3cr3t", null)]
    public void A_file_that_is_no_kubeconfig_is_refused(string text, string? field)
    {
        ConnectionException refused = Assert.Throws<ConnectionException>(() => Load(text));
        Assert.Equal(field, refused.Field);
        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_is_named() => Assert.Equal(
        _folder.Combine("absent"),
        Assert.Throws<ConnectionException>(
            () => Kubeconfig.Load(_folder.Combine("absent"), new KubeconfigOptions(), TimeProvider.System)).File);

    [Fact]
    public void A_server_is_believed_without_proof_only_when_told()
    {
        using ClusterConnection connection = Load(
            Text("{token: abc}", ", insecure-skip-tls-verify: true"), new KubeconfigOptions { AllowsUntrusted = true });
        Assert.True(connection.TrustsAnybody);
        using ClusterConnection plain = Load(Text("{token: abc}"));
        Assert.False(plain.TrustsAnybody);
    }

    [Fact]
    public void In_a_pod_everything_comes_from_its_folder_and_no_proxy_is_used()
    {
        File.WriteAllText(_folder.Combine("token"), "abc");
        File.WriteAllText(_folder.Combine("ca.crt"), Pair().Certificate);
        File.WriteAllText(_folder.Combine("namespace"), "mine\n");
        Dictionary<string, string> environment = new() { [InCluster.HostVariable] = "fd00::1", [InCluster.PortVariable] = "6443" };
        Assert.True(InCluster.IsHere(environment.GetValueOrDefault, _folder.Path));
        using ClusterConnection connection = InCluster.Load(environment.GetValueOrDefault, TimeProvider.System, _folder.Path);
        Assert.Equal(("https://[fd00::1]:6443/", "mine", false), (connection.Server.AbsoluteUri, connection.Namespace, connection.UsesProxy));
        using SocketsHttpHandler handler = connection.CreateHandler();
        Assert.False(handler.UseProxy);
        environment[InCluster.PortVariable] = "70000";
        Assert.Equal(InCluster.PortVariable, Assert.Throws<ConnectionException>(
            () => InCluster.Load(environment.GetValueOrDefault, TimeProvider.System, _folder.Path)).Field);
        File.WriteAllText(_folder.Combine("ca.crt"), "damaged");
        environment.Remove(InCluster.PortVariable);
        Assert.Equal(_folder.Combine("ca.crt"), Assert.Throws<ConnectionException>(
            () => InCluster.Load(environment.GetValueOrDefault, TimeProvider.System, _folder.Path)).File);
    }

    private static string Text(string user, string cluster = "") =>
        $$$"""
        apiVersion: v1
        kind: Config
        current-context: first
        contexts:
        - {name: first, context: {cluster: one, user: me, namespace: space}}
        - {name: second, context: {cluster: two, user: me}}
        clusters:
        - {name: one, cluster: {server: "https://one.test:6443" {{{cluster}}} } }
        - {name: two, cluster: {server: "https://two.test"}}
        users:
        - name: me
          user: {{{user}}}
        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static (string Certificate, string Key) Pair()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private ClusterConnection Load(string text, KubeconfigOptions? options = null)
    {
        string file = _folder.Combine("config");
        File.WriteAllText(file, text);
        return Kubeconfig.Load(file, options ?? new KubeconfigOptions(), TimeProvider.System);
    }
}
