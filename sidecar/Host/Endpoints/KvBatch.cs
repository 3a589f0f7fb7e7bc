using System.Text.Json;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>Several puts and deletes of one collection: all of them or none.</summary>
internal sealed class KvBatch(DataPlane plane)
{
    /// <summary>Bytes of the request's JSON.</summary>
    public const int BodyBytesMax = 32 << 20;

    /// <summary>Applies a batch.</summary>
    public async Task ApplyAsync(HttpContext context)
    {
        KvAddress address = KvAddress.Of(context);
        Problem? problem = address.Problem ?? new QueryParameters(context.Request).End() ?? JsonMedia.Refuse(context.Request);
        RequestBody? body = null;
        if (problem is null)
            (body, problem) = await RequestBody.ReadAsync(context, plane.Bodies, BodyBytesMax);
        if (body is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }
        using (body)
            await ApplyAsync(context, address, body.Bytes);
    }

    private async Task ApplyAsync(HttpContext context, KvAddress address, ReadOnlyMemory<byte> json)
    {
        BatchReader reader = new(address.Composed, plane.Time.GetUtcNow());
        if (reader.Read(json.Span) is { } problem)
        {
            await context.WriteProblemAsync(problem);
            return;
        }
        WriteAnswer answer = await plane.Store.WriteAsync(reader.Operations);
        // A batch that only deletes what is not there has nothing to do and has failed at nothing.
        bool nothing = answer.Outcome == WriteOutcome.Absent;
        if (!nothing && StoreProblems.Of(answer, batch: true) is { } refused)
        {
            await context.WriteProblemAsync(refused);
            return;
        }
        KvWrites.SetDurability(context.Response, answer);
        await AnswerAsync(context, answer, reader.Operations.Length);
    }

    private static async Task AnswerAsync(HttpContext context, WriteAnswer answer, int operations)
    {
        context.Response.ContentType = "application/json";
        await using (Utf8JsonWriter json = new(context.Response.BodyWriter, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("operations", operations);
            if (answer.Sequence != 0)
                json.WriteString("etag", EntityTags.Tag(answer.Sequence));
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
