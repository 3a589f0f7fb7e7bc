using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Thermocline.Contract.Reading;

/// <summary>Addresses to listen on: an IP address and a port. Names are refused, as they may mean several addresses.</summary>
public static class ListenAddress
{
    /// <summary>Reads <c>127.0.0.1:7070</c>, <c>[::1]:7070</c>, <c>[127.0.0.1]:7070</c>, <c>localhost:7070</c> or <c>:7070</c> (all interfaces).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        string host = text[..colon];
        // The address of a pod is put between brackets before anybody knows of which family it will be.
        if (host is ['[', .. var inner, ']'] && inner.Contains('.', StringComparison.Ordinal) && !inner.Contains(':', StringComparison.Ordinal))
            host = inner;
        if (host.Length == 0)
            address = new IPEndPoint(IPAddress.Any, port);
        else if (host == "localhost")
            address = new IPEndPoint(IPAddress.Loopback, port);
        else if (host.StartsWith('[') == host.Contains(':', StringComparison.Ordinal)
            && host.Count(each => each == '.') is 0 or 3 && IPAddress.TryParse(host, out IPAddress? ip)
            && (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 || host.Contains('.', StringComparison.Ordinal)))
            address = new IPEndPoint(ip, port);
        return address is not null;
    }
}
