using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Thermocline.Resp;

/// <summary>Where a server is and how it is spoken to. <see cref="Validate"/> checks every value.</summary>
public sealed record RespOptions
{
    /// <summary>Where it listens: an address, a name (<see cref="DnsEndPoint"/>), or a unix socket.</summary>
    public required EndPoint Server { get; init; }

    /// <summary>The user; empty: the server's default user.</summary>
    public string User { get; init; } = "";

    /// <summary>The password; empty: none is sent.</summary>
    public string Password { get; init; } = "";

    /// <summary>The database: 0 to 1,000.</summary>
    public int Database { get; init; }

    /// <summary>How the server lists this client: printable ASCII without spaces, 64 characters at most; empty: no name.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>The name the server's certificate has to bear; null: no TLS.</summary>
    public string? TlsHost { get; init; }

    /// <summary>Who may have signed the server's certificate; null: whom the machine trusts.</summary>
    public X509Certificate2Collection? TlsAuthorities { get; init; }

    /// <summary>Commands that wait for an answer: 1 to 1,000,000.</summary>
    public int InFlightMax { get; init; } = 100_000;

    /// <summary>Bytes of commands that wait for an answer: 64 KiB to 1 GiB.</summary>
    public int InFlightBytesMax { get; init; } = 64 << 20;

    /// <summary>The largest answer, everything it consists of together: 64 KiB to 1 GiB.</summary>
    public int ReplyBytesMax { get; init; } = 64 << 20;

    /// <summary>How long a connection may take to be made: 10 ms to 1 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the oldest command may wait for its answer before the connection is ended: 10 ms to 10 min.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause before the second attempt to connect; it doubles, with jitter: 1 ms to 1 min.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause: <see cref="ReconnectDelay"/> to 10 min.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The server's place, for people. Never a password.</summary>
    internal string Place => Server switch
    {
        UnixDomainSocketEndPoint unix => unix.ToString(),
        DnsEndPoint named => $"{named.Host}:{named.Port}",
        _ => $"{Server}",
    };

    /// <summary>Without the password, for logs.</summary>
    public override string ToString() => $"Redis at {Place}, database {Database}";

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        if (Server is not (IPEndPoint or DnsEndPoint or UnixDomainSocketEndPoint))
            mistakes.Add($"{nameof(Server)} is neither an address, nor a name with a port, nor a unix socket.");
        if (User.Length > 0 && Password.Length == 0)
            mistakes.Add($"{nameof(User)} is given without {nameof(Password)}.");
        if (ClientName.Length > 64 || ClientName.AsSpan().ContainsAnyExceptInRange('!', '~'))
            mistakes.Add($"{nameof(ClientName)} may have 64 printable ASCII characters at most, and no space.");
        Range(nameof(Database), Database, 0, 1_000);
        Range(nameof(InFlightMax), InFlightMax, 1, 1_000_000);
        Range(nameof(InFlightBytesMax), InFlightBytesMax, 64 << 10, 1 << 30);
        Range(nameof(ReplyBytesMax), ReplyBytesMax, 64 << 10, 1 << 30);
        Range($"{nameof(ConnectTimeout)} (ms)", ConnectTimeout.TotalMilliseconds, 10, 60_000);
        Range($"{nameof(CommandTimeout)} (ms)", CommandTimeout.TotalMilliseconds, 10, 600_000);
        Range($"{nameof(ReconnectDelay)} (ms)", ReconnectDelay.TotalMilliseconds, 1, 60_000);
        Range($"{nameof(ReconnectDelayMax)} (ms)", ReconnectDelayMax.TotalMilliseconds, ReconnectDelay.TotalMilliseconds, 600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
