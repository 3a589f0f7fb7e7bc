using System.Net;

namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>listen</c>: addresses, the admin token, and what one client may take.</summary>
public sealed record ListenConfiguration
{
    /// <summary>Address of the admin listener when none is configured.</summary>
    public static IPEndPoint DefaultAdmin { get; } = new(IPAddress.Loopback, 7071);

    /// <summary>The data API. Port 0 takes a free port.</summary>
    public IPEndPoint Data { get; init; } = new(IPAddress.Loopback, 7070);

    /// <summary>Path of a unix socket that answers the data API too; empty for none.</summary>
    public string DataSocket { get; init; } = "";

    /// <summary>Permission bits of the unix socket.</summary>
    public int DataSocketMode { get; init; } = 0x180;

    /// <summary>
    /// Health, metrics and status. Null: <see cref="DefaultAdmin"/>, or a free port of loopback when that is taken.
    /// </summary>
    public IPEndPoint? Admin { get; init; }

    /// <summary>File that holds the bearer token; empty: a random one in the data folder.</summary>
    public string AdminTokenFile { get; init; } = "";

    /// <summary>Seconds that running requests get when the sidecar is told to stop: 0 to 3,600.</summary>
    public int GraceSeconds { get; init; } = 20;

    /// <summary>Connections of each listener; more are closed at once: 1 to 1,000,000.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Seconds after which an idle connection is closed: 1 to 86,400.</summary>
    public int KeepAliveSeconds { get; init; } = 130;
}
