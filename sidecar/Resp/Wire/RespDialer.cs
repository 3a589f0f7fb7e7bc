using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Resp.Wire;

/// <summary>Makes a connection: socket, TLS where it is wanted, and who we are.</summary>
internal static class RespDialer
{
    /// <exception cref="RespException">There is none.</exception>
    public static async Task<RespConnection> ConnectAsync(RespOptions options, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        RespConnection? connection = null;
        try
        {
            connection = new RespConnection(await StreamAsync(options, either.Token), options, time);
            await GreetAsync(connection, options).WaitAsync(either.Token);
            RespConnection made = connection;
            connection = null;
            return made;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Unreachable(options, $"no answer within {options.ConnectTimeout:g}.", late);
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException)
        {
            throw Unreachable(options, failure.Message, failure);
        }
        catch (RespException failure) when (failure.Fault is RespFault.Lost or RespFault.TimedOut)
        {
            throw Unreachable(options, failure.Message, failure);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static async Task<Stream> StreamAsync(RespOptions options, CancellationToken cancellation)
    {
        bool isUnix = options.Server is UnixDomainSocketEndPoint;
        Socket socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Server, cancellation);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            return options.TlsHost is null ? stream : await SecureAsync(stream, options, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(Stream stream, RespOptions options, CancellationToken cancellation)
    {
        var secure = new SslStream(stream);
        var wanted = new SslClientAuthenticationOptions { TargetHost = options.TlsHost };
        if (options.TlsAuthorities is not null)
        {
            wanted.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            wanted.CertificateChainPolicy.CustomTrustStore.AddRange(options.TlsAuthorities);
        }

        await secure.AuthenticateAsClientAsync(wanted, cancellation);
        return secure;
    }

    // RESP3 where the server has it. One that has not may repeat the arguments of HELLO in its error, the password among them:
    // of what it says to a greeting only the first word is ever shown.
    private static async Task GreetAsync(RespConnection connection, RespOptions options)
    {
        string user = options.User.Length > 0 ? options.User : "default";
        RespBatch hello = options.Password.Length > 0
            ? RespBatch.Of("HELLO", "3", "AUTH", user, options.Password)
            : RespBatch.Of("HELLO", "3");
        RespValue answer = (await connection.SendAsync(hello))[0];
        if (answer.IsError && Code(answer) is "ERR" or "NOPROTO")
        {
            answer = default;
            if (options.Password.Length > 0)
                answer = (await connection.SendAsync(RespBatch.Of("AUTH", user, options.Password)))[0];
        }

        Check(answer, "the credentials", options);

        // A server that still reads its file greets already, and answers nothing else.
        RespBatch rest = RespBatch.Of("PING");
        if (options.ClientName.Length > 0)
            rest.Add("CLIENT", "SETNAME", options.ClientName);
        if (options.Database > 0)
            rest.Begin(2).Part("SELECT").Part(options.Database);
        foreach (RespValue set in await connection.SendAsync(rest))
            Check(set, "the name or the database of this client", options);
    }

    private static void Check(RespValue answer, string what, RespOptions options)
    {
        if (answer.IsError)
        {
            throw Code(answer) is "LOADING" or "MASTERDOWN"
                ? Unreachable(options, $"it is not ready ({Code(answer)}).", null)
                : new RespException(RespFault.Refused, $"{options.Place} refused {what}: {Code(answer)}.");
        }
    }

    private static string Code(RespValue error) => error.Text.Split(' ', 2)[0];

    private static RespException Unreachable(RespOptions options, string why, Exception? inner) =>
        new(RespFault.Unreachable, $"{options.Place} cannot be reached: {why}", inner);
}
