using Thermocline.Grpc;

namespace Thermocline.Testing.Dapr;

/// <summary>What an application gets for a call that failed.</summary>
public sealed class DaprdException(DaprdFault fault, int httpStatus, StatusCode code, string message, Exception? cause = null)
    : Exception($"{fault} (HTTP {httpStatus}, {code}): {message}", cause)
{
    /// <summary>What daprd makes of it.</summary>
    public DaprdFault Fault => fault;

    /// <summary>What the application is answered.</summary>
    public int HttpStatus => httpStatus;

    /// <summary>How the component's call ended.</summary>
    public StatusCode Code => code;

    /// <summary>What the component said.</summary>
    public string Detail => message;

    /// <summary>The tag of a kit error.</summary>
    public string? Tag { get; init; }

    internal static DaprdException Refused(int httpStatus, string why) => new(DaprdFault.Refused, httpStatus, StatusCode.OK, why);
}
