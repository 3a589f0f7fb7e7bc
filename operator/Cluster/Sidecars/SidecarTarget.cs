using System.Net;
using System.Net.Sockets;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Sidecars;

/// <summary>A sidecar that is to be asked.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Address">The pod's own address, as its status says it.</param>
/// <param name="Token">The administrators' token of its cluster.</param>
internal sealed record SidecarTarget(EntityKey Pod, string Address, string Token)
{
    private const int TokenLettersMax = 4096;

    /// <summary>Where to send a request; null with the reason when there is no such place that may be given a token.</summary>
    public (Uri? Base, string Why) At(int port)
    {
        // An address and never a name: whoever answers for a name may be somebody else by the time the token is sent.
        if (!IPAddress.TryParse(Address, out IPAddress? address))
            return (null, Address.Length == 0 ? "the pod has no address yet" : "the pod's address is not an IP address");
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IsNoPod(address))
            return (null, "the pod's address is none a pod can have");
        if (Token.Length is 0 or > TokenLettersMax || !Token.All(static letter => letter is > ' ' and < '\x7f'))
            return (null, "the administrators' token is empty or holds what no header can");
        string host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return (new UriBuilder("http", host, port).Uri, "");
    }

    /// <summary>Not the target as a record prints itself: that would name the token.</summary>
    public override string ToString() => $"{Pod} at {Address}";

    private static bool IsNoPod(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..] or [>= 224, ..]);
}
