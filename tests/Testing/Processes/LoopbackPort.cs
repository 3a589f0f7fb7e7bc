using System.Net;
using System.Net.Sockets;

namespace Thermocline.Testing.Processes;

/// <summary>Finds a loopback port nobody listens on.</summary>
public static class LoopbackPort
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
