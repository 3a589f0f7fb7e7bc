namespace Thermocline.Resp;

/// <summary>The world failed under a client of Redis: says what and where, and never a password or an argument of a command.</summary>
public sealed class RespException(RespFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    private const string Repeating = ", with args beginning";
    private const int SaidMax = 256;

    /// <summary>What failed.</summary>
    public RespFault Fault { get; } = fault;

    /// <summary>The first word of the server's error, such as <c>NOGROUP</c>; empty unless the fault is <see cref="RespFault.Server"/>.</summary>
    public string Code { get; private init; } = "";

    /// <summary>An error as the server said it, without the arguments it repeats of a command it does not know.</summary>
    internal static RespException Said(string error)
    {
        int arguments = error.IndexOf(Repeating, StringComparison.Ordinal);
        string said = arguments < 0 ? error : error[..arguments];
        return new(RespFault.Server, $"The server answered: {said[..Math.Min(said.Length, SaidMax)]}") { Code = error.Split(' ', 2)[0] };
    }

    /// <summary>The same failure once more, for another caller.</summary>
    internal RespException Again() => new(Fault, Message, InnerException) { Code = Code };
}
