namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>dapr</c>: whether and where daprd finds the sidecar as a pluggable component.</summary>
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

    /// <summary>Path of the socket; empty when there is none.</summary>
    public string Socket => SocketFolder.Length == 0 ? "" : Path.Combine(SocketFolder, ComponentName + ".sock");
}
