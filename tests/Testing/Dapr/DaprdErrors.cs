using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Thermocline.Grpc;
using Thermocline.Protocol.Rpc;
using Thermocline.Testing.Grpc;

namespace Thermocline.Testing.Dapr;

/// <summary>Maps errors as daprd does: exactly one detail, and of violations exactly one, or it is an error like any other.</summary>
internal static class DaprdErrors
{
    /// <summary>Of calls whose etag errors daprd knows: Set, Delete, BulkSet, BulkDelete.</summary>
    public static DaprdException OfWrite(CallException failure)
    {
        if (Only(failure) is not { } detail)
            return Plain(failure);
        if (detail.TryUnpack(out BadRequest request))
        {
            bool aboutEtag = request.FieldViolations is [{ Field: "etag" }];
            return (failure.Code, aboutEtag) switch
            {
                (StatusCode.FailedPrecondition, true) => Make(DaprdFault.EtagMismatch, 409, request),
                (StatusCode.InvalidArgument, true) => Make(DaprdFault.EtagInvalid, 400, request),
                _ => Plain(failure),
            };
        }

        return failure.Code == StatusCode.Internal && detail.TryUnpack(out ErrorInfo rows)
            && IsNumber(rows, "expected") && IsNumber(rows, "affected")
            ? new DaprdException(DaprdFault.RowMismatch, 500, failure.Code, failure.Detail, failure)
            : OfAny(failure);

        DaprdException Make(DaprdFault fault, int http, BadRequest said) =>
            new(fault, http, failure.Code, said.FieldViolations[0].Description, failure);
    }

    /// <summary>Of any other call: kit errors alone.</summary>
    public static DaprdException OfAny(CallException failure)
    {
        if (Only(failure) is { } detail && detail.TryUnpack(out ErrorInfo info)
            && info.Metadata.TryGetValue("kit_error", out string? kit) && kit == "true"
            && info.Metadata.TryGetValue("http_code", out string? http)
            && int.TryParse(http, CultureInfo.InvariantCulture, out int status))
        {
            return new DaprdException(DaprdFault.Kit, status, failure.Code, failure.Detail, failure)
            {
                Tag = info.Metadata.GetValueOrDefault("tag"),
            };
        }

        return Plain(failure);
    }

    /// <summary>Of a transaction: whatever it is, the application is answered 500.</summary>
    public static DaprdException OfTransaction(CallException failure)
    {
        DaprdException known = OfAny(failure);
        return new DaprdException(known.Fault, 500, known.Code, known.Detail, failure) { Tag = known.Tag };
    }

    private static DaprdException Plain(CallException failure) =>
        new(DaprdFault.Plain, 500, failure.Code, failure.Detail, failure);

    private static Any? Only(CallException failure) => failure.Status?.Details is [{ } only] ? only : null;

    private static bool IsNumber(ErrorInfo info, string key) =>
        info.Metadata.TryGetValue(key, out string? text) && int.TryParse(text, CultureInfo.InvariantCulture, out _);
}
