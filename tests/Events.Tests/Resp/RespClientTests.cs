using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Thermocline.Resp;
using Thermocline.Testing;
using Thermocline.Testing.Processes;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Events.Tests.Resp;

public sealed class RespClientTests
{
    private const string Secret = "swordfish-7";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Credentials_database_and_name_are_set_on_every_connection()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation, "--requirepass", Secret);
        foreach (EndPoint place in new[] { server.Unix, server.Tcp })
        {
            var options = new RespOptions { Server = place, Password = Secret, Database = 3, ClientName = "tester" };
            await using var client = Client(options);
            string said = (await client.AskAsync(RespBatch.Of("CLIENT", "INFO"), Cancellation)).Text;
            Assert.Contains("name=tester", said, StringComparison.Ordinal);
            Assert.Contains("db=3", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_never_repeated()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation, "--requirepass", "another");
        var options = new RespOptions { Server = server.Unix, User = "default", Password = Secret };
        await using var client = Client(options);
        RespException failure = await Assert.ThrowsAsync<RespException>(async () => await client.AskAsync(RespBatch.Of("PING"), Cancellation));
        Assert.Equal(RespFault.Refused, failure.Fault);
        Assert.DoesNotContain(Secret, $"{failure} {options} {client.LastFailure}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_what_it_does_not_know_does_not_make_us_repeat_it()
    {
        using var server = new FakeServer(line => $"-ERR unknown command, with args beginning with: {line}\r\n");
        await using var client = Client(new RespOptions { Server = server.Place, Password = Secret });
        RespException failure = await Assert.ThrowsAsync<RespException>(async () => await client.AskAsync(RespBatch.Of("PING"), Cancellation));
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_does_not_repeat_what_was_sent()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using var client = Client(new RespOptions { Server = server.Unix });
        RespException failure = await Assert.ThrowsAsync<RespException>(
            async () => await client.AskAsync(RespBatch.Of("NOSUCHCOMMAND", Secret), Cancellation));
        Assert.Equal("ERR", failure.Code);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_HELLO_is_spoken_to_as_it_knows()
    {
        using var server = new FakeServer(line =>
            line.Contains("HELLO", StringComparison.Ordinal) ? "-ERR unknown command\r\n" : "+OK\r\n");
        await using var client = Client(new RespOptions { Server = server.Place, Password = Secret });
        Assert.Equal("OK", (await client.AskAsync(RespBatch.Of("PING"), Cancellation)).Text);
    }

    [Fact]
    public async Task Many_at_once_get_each_its_own_answer()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using var client = Client(new RespOptions { Server = server.Unix });
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 5_000)
            .Select(async number => (await client.AskAsync(RespBatch.Of("ECHO", $"{number}"), Cancellation)).Text));
        Assert.Equal(Enumerable.Range(0, 5_000).Select(number => $"{number}"), answers);
    }

    [Fact]
    public async Task A_batch_has_nothing_of_others_in_it_and_an_error_is_one_answer()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using var client = Client(new RespOptions { Server = server.Unix });
        RespValue[] answers = await client.SendAsync(
            new RespBatch().Add("SET", "k", "text").Add("INCR", "k").Add("GET", "k"), Cancellation);
        Assert.Equal("OK", answers[0].Text);
        Assert.True(answers[1].IsError);
        Assert.Equal("text", answers[2].Text);
        Assert.Equal(RespFault.Server, Assert.Throws<RespException>(() => answers[1].ThrowIfError()).Fault);
    }

    [Fact]
    public async Task More_than_may_wait_is_refused_and_what_waits_is_answered()
    {
        using var server = new FakeServer(line => line.Contains("GET", StringComparison.Ordinal) ? "" : "+OK\r\n");
        await using var client = Client(new RespOptions { Server = server.Place, InFlightMax = 2 });
        await client.SendAsync(new RespBatch(), Cancellation);
        ValueTask<RespValue> first = client.AskAsync(RespBatch.Of("GET", "x"), Cancellation);
        ValueTask<RespValue> second = client.AskAsync(RespBatch.Of("GET", "x"), Cancellation);
        RespException failure = await Assert.ThrowsAsync<RespException>(async () => await client.AskAsync(RespBatch.Of("GET", "x"), Cancellation));
        Assert.Equal(RespFault.Busy, failure.Fault);
        await client.DisposeAsync();
        Assert.Equal(RespFault.Closed, (await Assert.ThrowsAsync<RespException>(async () => await first)).Fault);
        Assert.Equal(RespFault.Closed, (await Assert.ThrowsAsync<RespException>(async () => await second)).Fault);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_hung_up_on()
    {
        using var server = new FakeServer(line => line.Contains("GET", StringComparison.Ordinal) ? "" : "+OK\r\n");
        var time = new SteppedTime();
        await using var client = new RespClient(new RespOptions { Server = server.Place }, time, () => 0.5);
        await client.SendAsync(new RespBatch(), Cancellation);
        ValueTask<RespValue> asked = client.AskAsync(RespBatch.Of("GET", "x"), Cancellation);
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(RespFault.TimedOut, (await Assert.ThrowsAsync<RespException>(async () => await asked)).Fault);
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_named_as_such()
    {
        using var server = new FakeServer(_ => "HTTP/1.1 400 Bad Request\r\n\r\n");
        await using var client = Client(new RespOptions { Server = server.Place });
        RespException failure = await Assert.ThrowsAsync<RespException>(async () => await client.AskAsync(RespBatch.Of("PING"), Cancellation));
        Assert.Equal(RespFault.Protocol, failure.Fault);
    }

    [Fact]
    public async Task A_killed_server_fails_what_waits_and_is_found_again()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        var options = new RespOptions { Server = server.Unix, ReconnectDelay = TimeSpan.FromMilliseconds(5), ReconnectDelayMax = TimeSpan.FromMilliseconds(20) };
        await using var client = Client(options);
        await client.AskAsync(RespBatch.Of("SET", "kept", "yes"), Cancellation);
        ValueTask<RespValue> waiting = client.AskAsync(RespBatch.Of("BLPOP", "none", "0"), Cancellation);
        await server.KillAsync();
        Assert.Equal(RespFault.Lost, (await Assert.ThrowsAsync<RespException>(async () => await waiting)).Fault);
        RespException away = await Assert.ThrowsAsync<RespException>(async () => await client.AskAsync(RespBatch.Of("PING"), Cancellation));
        Assert.True(away.Fault is RespFault.Unreachable or RespFault.Lost, away.Message);
        await server.StartAsync(Cancellation);
        await Eventually.IsAsync(() => client.IsConnected, Cancellation);
        Assert.Equal("yes", (await client.AskAsync(RespBatch.Of("GET", "kept"), Cancellation)).Text);
        Assert.Equal(2, client.Connections);
    }

    [Fact]
    public async Task Over_TLS_the_server_is_who_it_says_or_is_not_spoken_to()
    {
        using var folder = new TempFolder();
        using X509Certificate2 certificate = Certificate(folder);
        int port = LoopbackPort.Free();
        await using RedisServer server = await RedisServer.NeedAsync(
            Cancellation,
            "--tls-port", $"{port}", "--tls-cert-file", folder.Combine("cert"), "--tls-key-file", folder.Combine("key"),
            "--tls-ca-cert-file", folder.Combine("cert"), "--tls-auth-clients", "no");
        var options = new RespOptions
        {
            Server = new IPEndPoint(IPAddress.Loopback, port),
            TlsHost = "redis.test",
            TlsAuthorities = [certificate],
        };
        await using (RespClient trusting = Client(options))
            Assert.Equal("PONG", (await trusting.AskAsync(RespBatch.Of("PING"), Cancellation)).Text);
        foreach (RespOptions wrong in new[] { options with { TlsHost = "other.test" }, options with { TlsAuthorities = null } })
        {
            await using RespClient doubting = Client(wrong);
            RespException failure = await Assert.ThrowsAsync<RespException>(
                async () => await doubting.AskAsync(RespBatch.Of("PING"), Cancellation));
            Assert.Equal(RespFault.Unreachable, failure.Fault);
        }
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        var options = new RespOptions { Server = new IPEndPoint(IPAddress.Loopback, 1), Database = -1, InFlightMax = 0, User = "x" };
        string said = Assert.Throws<ArgumentException>(options.Validate).Message;
        Assert.All(["Database", "InFlightMax", "Password"], name => Assert.Contains(name, said, StringComparison.Ordinal));
    }

    private static RespClient Client(RespOptions options) => new(options, TimeProvider.System, () => 0.5);

    private static X509Certificate2 Certificate(TempFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("redis.test");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 certificate = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(folder.Combine("cert"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.Combine("key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    /// <summary>Answers every read of a connection with whatever it is told to.</summary>
    private sealed class FakeServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<string, string> _answer;

        public FakeServer(Func<string, string> answer)
        {
            _answer = answer;
            _listener.Start();
            _ = AcceptAsync();
        }

        public EndPoint Place => _listener.LocalEndpoint;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                    _ = AnswerAsync(await _listener.AcceptSocketAsync());
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using (socket)
            {
                byte[] bytes = new byte[4096];
                try
                {
                    while (await socket.ReceiveAsync(bytes) is > 0 and var length)
                        await socket.SendAsync(Encoding.UTF8.GetBytes(_answer(Encoding.UTF8.GetString(bytes, 0, length))));
                }
                catch (SocketException)
                {
                }
            }
        }
    }
}
