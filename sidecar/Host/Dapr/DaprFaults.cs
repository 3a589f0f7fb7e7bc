using System.Globalization;
using Thermocline.Grpc;
using Thermocline.Protocol.Rpc;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Dapr;

/// <summary>
/// Failures in the shapes that daprd reads: it looks for exactly one detail, and answers the application with what stands in it.
/// </summary>
internal static class DaprFaults
{
    private const string EtagField = "etag";
    private const string Domain = "thermocline.dev";

    /// <summary>The tag is not the record's: daprd answers 409.</summary>
    public static RpcException EtagMismatch() =>
        Etag(StatusCode.FailedPrecondition, "The etag is not the record's, or the record is there already; nothing was written.");

    /// <summary>The tag is none of ours: daprd answers 400.</summary>
    public static RpcException EtagInvalid() => Etag(StatusCode.InvalidArgument, "The etag is not one of this store: they are whole numbers.");

    /// <summary>The caller's mistake: daprd answers 400.</summary>
    public static RpcException Invalid(string code, string message) =>
        Of(new Problem(400, code, message));

    /// <summary>
    /// What an HTTP client would be told. daprd hands on its status: the gRPC code says the same to clients of other kinds.
    /// </summary>
    public static RpcException Of(Problem problem)
    {
        var detail = new ErrorInfo
        {
            Reason = problem.Code,
            Domain = Domain,
            Metadata =
            {
                ["kit_error"] = "true",
                ["http_code"] = problem.Status.ToString(CultureInfo.InvariantCulture),
                ["tag"] = problem.Code,
            },
        };
        string message = problem.Detail is null ? problem.Title : $"{problem.Title} {problem.Detail}";
        return new RpcException(CodeOf(problem.Status), message, detail);
    }

    private static RpcException Etag(StatusCode code, string message) =>
        new(code, message, new BadRequest
        {
            FieldViolations = { new BadRequest.Types.FieldViolation { Field = EtagField, Description = message } },
        });

    private static StatusCode CodeOf(int status) => status switch
    {
        400 => StatusCode.InvalidArgument,
        404 => StatusCode.NotFound,
        412 => StatusCode.FailedPrecondition,
        413 or 429 or 507 => StatusCode.ResourceExhausted,
        503 => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };
}
