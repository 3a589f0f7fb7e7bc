using System.Security.Cryptography;
using System.Text;
using Thermocline.Grpc;

namespace Thermocline.Sidecar.Dapr;

/// <summary>
/// The name of a Component resource, which daprd sends with every call: each has a key space of its own. A client that sends none
/// shares the space of the empty name.
/// </summary>
internal static class ComponentName
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "x-component-instance";

    private const string Prefix = "_dapr.";
    private const string HashedPrefix = "_dapr#";

    // Longer names than these fit into no collection's; nor do letters that the names of Kubernetes do not have.
    private const int LettersMax = 100;
    private const int NameBytesMax = 1_024;

    /// <summary>The collection of a component's records. Two names never share one.</summary>
    /// <exception cref="RpcException">The name is too long to be one.</exception>
    public static byte[] CollectionOf(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            throw DaprFaults.Invalid(Http.ProblemCode.ParameterInvalid, $"{Header} has at most {NameBytesMax} bytes.");
        bool plain = name.Length <= LettersMax
            && name.All(static each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each is '-' or '.');
        return Encoding.ASCII.GetBytes(plain
            ? Prefix + name
            : HashedPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
    }
}
