using System.Text.Json;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Json;
using Thermocline.Sidecar.Events;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/v1/memories</c>: save, read, delete; searching is in <see cref="MemoriesSearchEndpoint"/>.</summary>
internal sealed class MemoriesEndpoints(Memories memories, DataPlane plane, AccessCounts? reads)
{
    public static void Map(IEndpointRouteBuilder app, Parts parts)
    {
        var endpoints = new MemoriesEndpoints(parts.Memories, parts.Plane, parts.MemoryEvents.Reads);
        app.MapPost("/v1/memories", endpoints.SaveAsync).WithMetadata(RouteScope.Taking);
        app.MapGet("/v1/memories/{id}", endpoints.ReadAsync);
        app.MapDelete("/v1/memories/{id}", endpoints.DeleteAsync);
        app.MapPost("/v1/memories:search", new MemoriesSearchEndpoint(parts.Memories, parts.Plane, parts.MemoryEvents.Reads).SearchAsync);
    }

    private async Task SaveAsync(HttpContext context)
    {
        JsonDocument? json = null;
        Problem? problem = ReadQuery(context.Request, out bool keepsExisting);
        if (problem is null)
            (json, problem) = await MemoriesBody.ReadAsync(context, plane);
        if (json is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        using (json)
            await SaveAsync(context, json.RootElement, keepsExisting);
    }

    private async Task SaveAsync(HttpContext context, JsonElement json, bool keepsExisting)
    {
        List<Mistake> mistakes = [];
        List<MemoryDraft> drafts = Drafts(json, mistakes);
        bool isArray = json.ValueKind == JsonValueKind.Array;
        if (mistakes.Count > 0)
        {
            await context.WriteProblemAsync(MemoriesProblems.Of(mistakes));
            return;
        }

        SaveAnswer answer = keepsExisting ? await memories.SaveAbsentAsync(drafts)
            : isArray ? await memories.SaveAsync(drafts)
            : await memories.SaveAsync(drafts[0]);
        if (MemoriesProblems.Of(answer, isArray) is { } refused)
            await context.WriteProblemAsync(refused);
        else
            await AnswerAsync(context, answer, drafts, isArray);
    }

    private static List<MemoryDraft> Drafts(JsonElement json, List<Mistake> mistakes)
    {
        List<MemoryDraft> drafts = [];
        if (json.ValueKind != JsonValueKind.Array)
        {
            if (DraftJson.Read(json, "", Parts.ContentBytesMax, mistakes) is { } draft)
                drafts.Add(draft);
            return drafts;
        }

        int index = 0;
        foreach (JsonElement item in json.EnumerateArray())
        {
            if (index >= Limits.BatchOperationsMax)
            {
                mistakes.Add(new Mistake("", "too-long", $"At most {Limits.BatchOperationsMax:N0} memories are taken at once."));
                break;
            }

            if (DraftJson.Read(item, $"[{index++}]", Parts.ContentBytesMax, mistakes) is { } draft)
                drafts.Add(draft);
        }

        return drafts;
    }

    private static async Task AnswerAsync(HttpContext context, SaveAnswer answer, List<MemoryDraft> drafts, bool isArray)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Memories.Any(saved => saved.Created) ? 201 : 200;
        response.ContentType = "application/json";
        response.Headers["Thermocline-Durability"] = Durability(answer.Durable);
        if (!isArray)
            response.Headers.Location = $"/v1/memories/{answer.Memories[0].Id}";
        await using (Utf8JsonWriter json = new(response.BodyWriter, JsonOutput.Options))
        {
            if (isArray)
                json.WriteStartArray();
            for (int i = 0; i < drafts.Count; i++)
                MemoryJson.WriteSaved(json, answer.Memories[i], drafts[i].Type, drafts[i].Session);
            if (isArray)
                json.WriteEndArray();
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (ReadTarget(context, out MemoryId id) is { } wrong)
        {
            await context.WriteProblemAsync(wrong);
            return;
        }

        long started = plane.Time.GetTimestamp();
        // No thread waits while a memory comes from the cold store.
        await plane.Store.FetchAsync(MemoryKeys.Of(id), context.RequestAborted);
        MemoryRecord? memory = memories.Read(id);
        if (memory is null)
        {
            await context.WriteProblemAsync(MemoriesProblems.Absent);
            return;
        }

        reads?.Note(id, memory.Session);
        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        response.Headers.ETag = $"\"{memory.Sequence}\"";
        response.Headers["Thermocline-Tier"] = TierNames.Of(memory.Tier);
        response.Headers["Server-Timing"] = MemoriesBody.Timing("store", plane.Time.GetElapsedTime(started));
        await using (Utf8JsonWriter json = new(response.BodyWriter, JsonOutput.Options))
            MemoryJson.Write(json, memory);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (ReadTarget(context, out MemoryId id) is { } wrong)
        {
            await context.WriteProblemAsync(wrong);
            return;
        }

        DeleteAnswer answer = await memories.DeleteAsync(id);
        Problem? problem = answer.Outcome switch
        {
            DeleteOutcome.Deleted => null,
            DeleteOutcome.Absent => MemoriesProblems.Absent,
            DeleteOutcome.Busy => StoreProblems.Busy("Too many writes wait for their commit."),
        };
        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        context.Response.StatusCode = 204;
        context.Response.Headers["Thermocline-Durability"] = Durability(answer.Durable);
    }

    private static string Durability(bool durable) => durable ? "committed" : "buffered";

    private static Problem? ReadTarget(HttpContext context, out MemoryId id)
    {
        bool isId = MemoryId.TryParse((context.Request.RouteValues["id"] as string).AsSpan(), out id);
        return isId ? new QueryParameters(context.Request).End() : MemoriesProblems.IdInvalid;
    }

    /// <summary>Reads <c>?existing=refuse|keep</c>: what happens to memories whose identifier is taken.</summary>
    private static Problem? ReadQuery(HttpRequest request, out bool keepsExisting)
    {
        var query = new QueryParameters(request);
        string rule = query.Text("existing");
        keepsExisting = rule == "keep";
        if (rule is not ("" or "refuse" or "keep"))
            query.Report("existing", "must be refuse or keep");
        return query.End();
    }
}
