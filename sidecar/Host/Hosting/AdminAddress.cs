using System.Net;
using System.Net.Sockets;

namespace Thermocline.Sidecar.Hosting;

/// <summary>Addresses as a client on the same machine has to write them.</summary>
internal static class AdminAddress
{
    /// <summary>File in the data folder that names the admin listener of the running sidecar.</summary>
    public const string FileName = "admin.url";

    /// <summary>The address of a bound listener; a listener on all interfaces is reached on loopback.</summary>
    public static Uri Of(IPEndPoint bound)
    {
        IPAddress address = bound.Address;
        if (address.Equals(IPAddress.Any))
            address = IPAddress.Loopback;
        else if (address.Equals(IPAddress.IPv6Any))
            address = IPAddress.IPv6Loopback;
        string host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return new UriBuilder("http", host, bound.Port).Uri;
    }
}
