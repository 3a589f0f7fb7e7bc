namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>dapr</c>: where daprd finds the sidecar as a pluggable component, and where the sidecar finds daprd.</summary>
public sealed record DaprConfiguration
{
    /// <summary>Where daprd looks for sockets unless it is told otherwise.</summary>
    public const string DefaultSocketFolder = "/tmp/dapr-components-sockets";

    /// <summary>Folder of the component's socket; empty: there is none.</summary>
    public string SocketFolder { get; init; } = "";

    /// <summary>
    /// Name of the socket without its extension, which is the name of the component: <c>thermocline</c> is found as
    /// <c>state.thermocline</c>. 1 to 63 of a-z 0-9 -.
    /// </summary>
    public string ComponentName { get; init; } = "thermocline";

    /// <summary>Permission bits of the socket. daprd runs as another user, and has to write to it.</summary>
    public int SocketMode { get; init; } = 0x1B6;

    /// <summary>Where Dapr's HTTP API listens, for what is asked of it: a cold store, secrets, a broker.</summary>
    public string Endpoint { get; init; } = "http://127.0.0.1:3500";

    /// <summary>File with the token Dapr wants to hear; empty: none is sent.</summary>
    public string ApiTokenFile { get; init; } = "";

    /// <summary>File with the token Dapr has to bring when it delivers events; empty: none is asked for.</summary>
    public string AppTokenFile { get; init; } = "";

    /// <summary>Path of the socket; empty when there is none.</summary>
    public string Socket => SocketFolder.Length == 0 ? "" : Path.Combine(SocketFolder, ComponentName + ".sock");
}
