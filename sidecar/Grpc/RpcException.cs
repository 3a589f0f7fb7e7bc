using Google.Protobuf;

namespace Thermocline.Grpc;

/// <summary>Ends a call with a status. What it says reaches the caller word for word.</summary>
public sealed class RpcException : Exception
{
    /// <param name="code">How the call ended; not <see cref="Grpc.StatusCode.OK"/>.</param>
    /// <param name="message">What the caller is told.</param>
    /// <param name="details">What programs read of it, or none; each travels as a <c>google.protobuf.Any</c>.</param>
    public RpcException(StatusCode code, string message, params IMessage[] details)
        : base(message)
    {
        StatusCode = code;
        Details = details;
    }

    /// <summary>How the call ended.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>What programs read of it.</summary>
    public IReadOnlyList<IMessage> Details { get; }
}
