namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>events.redis</c>: one server, not a Redis Cluster.</summary>
public sealed record RedisConfiguration
{
    /// <summary><c>host:port</c>, or the absolute path of a unix socket.</summary>
    public string Server { get; init; } = "127.0.0.1:6379";

    /// <summary>The user; empty for the server's default one.</summary>
    public string User { get; init; } = "";

    /// <summary>File that holds the password; empty for none.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>The database: 0 to 1,000.</summary>
    public int Database { get; init; }

    /// <summary>Name that the server's certificate has to bear; empty for no TLS.</summary>
    public string TlsHost { get; init; } = "";

    /// <summary>What the names of all keys start with: 1 to 64 printable ASCII letters.</summary>
    public string Prefix { get; init; } = "thermocline";
}
