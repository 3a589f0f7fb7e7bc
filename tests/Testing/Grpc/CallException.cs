using Thermocline.Grpc;
using Thermocline.Protocol.Rpc;

namespace Thermocline.Testing.Grpc;

/// <summary>A call that did not end well, as its caller sees it.</summary>
public sealed class CallException(StatusCode code, string message, Status? details, Exception? cause = null)
    : Exception($"{code}: {message}", cause)
{
    /// <summary>How it ended.</summary>
    public StatusCode Code => code;

    /// <summary>What was said, decoded.</summary>
    public string Detail => message;

    /// <summary>The status in full, when the server sent it.</summary>
    public Status? Status => details;

    /// <summary>The HTTP status, 0 when there was none.</summary>
    public int HttpStatus { get; init; }
}
