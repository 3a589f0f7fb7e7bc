using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>PUT and DELETE of one key.</summary>
internal sealed class KvWrites(DataPlane plane)
{
    /// <summary>Bytes of a value.</summary>
    public const int ValueBytesMax = 16 << 20;

    /// <summary>Ten years.</summary>
    public const long TtlSecondsMax = 315_360_000;

    /// <summary>Stores the body.</summary>
    public async Task PutAsync(HttpContext context)
    {
        await BringNearAsync(context);
        (WriteOperation operation, Problem? problem) = Read(context, delete: false);
        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }
        (RequestBody? body, problem) = await RequestBody.ReadAsync(context, plane.Bodies, ValueBytesMax);
        if (body is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }
        // The store looks at the body until it has answered, whether the client still listens or not.
        using (body)
            await ApplyAsync(context, operation with { Value = body.Bytes });
    }

    /// <summary>Deletes the key.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        await BringNearAsync(context);
        (WriteOperation operation, Problem? problem) = Read(context, delete: true);
        if (problem is null)
            await ApplyAsync(context, operation);
        else
            await context.WriteProblemAsync(problem);
    }

    /// <summary>Headers that say how durable a write is.</summary>
    public static void SetDurability(HttpResponse response, WriteAnswer answer) =>
        response.Headers["Thermocline-Durability"] = answer.Durable ? "committed" : "buffered";

    /// <summary>A list of tags is decided by a look at the record, which must not wait for the cold store.</summary>
    private ValueTask BringNearAsync(HttpContext context) =>
        context.Request.Headers.IfMatch.Count > 0 && KvAddress.Of(context) is { Problem: null } address
            ? plane.Store.FetchAsync(address.Composed, context.RequestAborted)
            : ValueTask.CompletedTask;

    private async Task ApplyAsync(HttpContext context, WriteOperation operation)
    {
        WriteAnswer answer = await plane.Store.WriteAsync(in operation);
        if (StoreProblems.Of(answer, batch: false) is { } problem)
        {
            await context.WriteProblemAsync(problem);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        SetDurability(context.Response, answer);
        if (!operation.Delete)
            context.Response.Headers.ETag = EntityTags.Tag(answer.Sequence);
    }

    /// <summary>A part of a value would be taken for the whole of it.</summary>
    private static Problem? RefuseRange(HttpRequest request) => request.Headers.ContentRange.Count == 0 ? null
        : new Problem(400, ProblemCode.RangeUnsupported, "Parts of a value cannot be written.", "Send the whole value without Content-Range.");

    private (WriteOperation Operation, Problem? Problem) Read(HttpContext context, bool delete)
    {
        KvAddress address = KvAddress.Of(context);
        QueryParameters query = new(context.Request);
        long? ttl = delete ? null : query.Integer("ttlSeconds", 1, TtlSecondsMax);
        string? contentType = delete ? null : context.Request.ContentType;
        Problem? problem = address.Problem ?? query.End() ?? RecordMetadata.Refuse(contentType) ?? RefuseRange(context.Request);
        if (problem is not null)
            return (new WriteOperation { Key = default }, problem);
        (Condition condition, problem) = WriteConditions.Read(context, plane, address.Composed, creates: !delete);
        return (new WriteOperation
        {
            Key = address.Composed,
            Delete = delete,
            Metadata = RecordMetadata.Encode(contentType),
            ExpiresAt = ttl is { } seconds ? plane.Time.GetUtcNow().AddSeconds(seconds) : null,
            Condition = condition,
        }, problem);
    }
}
