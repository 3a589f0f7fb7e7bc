using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Thermocline.Memory;
using Thermocline.Memory.Json;
using Thermocline.Memory.Search;
using Thermocline.Sidecar.Events;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>POST /v1/memories:search</c>: one JSON answer, or a line of JSON for each result.</summary>
internal sealed class MemoriesSearchEndpoint(Memories memories, DataPlane plane, AccessCounts? reads)
{
    private const string Lines = "application/x-ndjson";

    public async Task SearchAsync(HttpContext context)
    {
        JsonDocument? json = null;
        Problem? problem = new QueryParameters(context.Request).End();
        if (problem is null)
            (json, problem) = await MemoriesBody.ReadAsync(context, plane);
        if (json is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        List<Mistake> mistakes = [];
        SearchRequest? request;
        using (json)
            request = SearchJson.Read(json.RootElement, mistakes);
        if (request is null)
            await context.WriteProblemAsync(MemoriesProblems.OfSearch(mistakes));
        else
            await SearchAsync(context, request);
    }

    private async Task SearchAsync(HttpContext context, SearchRequest request)
    {
        using SearchAnswer answer = await FindAsync(request, context.RequestAborted);
        switch (answer.Outcome)
        {
            case SearchOutcome.Mistaken:
                await context.WriteProblemAsync(MemoriesProblems.OfSearch(answer.Mistakes));
                return;
            case SearchOutcome.Busy:
                await context.WriteProblemAsync(new Problem(429, ProblemCode.Busy, "The sidecar is busy. Try again.",
                    $"{MemoryLimits.SearchesAtOnceMax} searches are running.")
                { RetryAfterSeconds = 1 });
                return;
            case SearchOutcome.Done:
            default:
                context.Response.Headers["Server-Timing"] = MemoriesBody.Timing("search", answer.Took);
                context.Response.Headers["Thermocline-Cache"] = answer.Cached ? "hit" : "miss";
                await (WantsLines(context.Request) ? WriteLinesAsync(context, answer) : WriteObjectAsync(context, answer));
                return;
        }
    }

    private async Task<SearchAnswer> FindAsync(SearchRequest request, CancellationToken cancellation)
    {
        try
        {
            return await memories.SearchAsync(request, cancellation);
        }
        catch (OutOfMemoryException)
        {
            HeapRoom.Make();
        }

        return await memories.SearchAsync(request, cancellation);
    }

    private static bool WantsLines(HttpRequest request) =>
        request.Headers.Accept.Any(value => value?.Contains(Lines, StringComparison.OrdinalIgnoreCase) == true);

    private async Task WriteLinesAsync(HttpContext context, SearchAnswer answer)
    {
        HttpResponse response = context.Response;
        response.ContentType = Lines;
        // Every line is a result, so what concerns all of them stands in headers.
        response.Headers["Thermocline-Confidence"] = answer.Confidence.ToString("R", CultureInfo.InvariantCulture);
        response.Headers["Thermocline-Scanned"] = answer.Scanned.ToString(CultureInfo.InvariantCulture);
        if (answer.Unavailable > 0)
            response.Headers["Thermocline-Degraded"] = "true";
        foreach (SearchHit hit in answer.Hits)
        {
            if (await answer.ReadAsync(hit, context.RequestAborted) is not { } memory)
                continue;
            reads?.Note(memory.Id, memory.Session);
            await using (Utf8JsonWriter json = new(response.BodyWriter, JsonOutput.Options))
                MemoryJson.WriteHit(json, hit, memory);
            response.BodyWriter.Write("\n"u8);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task WriteObjectAsync(HttpContext context, SearchAnswer answer)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        await using Utf8JsonWriter json = new(response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        foreach (SearchHit hit in answer.Hits)
        {
            if (await answer.ReadAsync(hit, context.RequestAborted) is { } memory)
            {
                reads?.Note(memory.Id, memory.Session);
                MemoryJson.WriteHit(json, hit, memory);
            }

            // One memory at a time: the answer may be far larger than what is held of it.
            await json.FlushAsync(context.RequestAborted);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        json.WriteEndArray();
        WriteFigures(json, answer);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void WriteFigures(Utf8JsonWriter json, SearchAnswer answer)
    {
        json.WriteNumber("confidence"u8, answer.Confidence);
        json.WriteStartObject("tiers"u8);
        json.WriteNumber("hot"u8, answer.ScannedByTier.GetValueOrDefault(Tier.Hot));
        json.WriteNumber("warm"u8, answer.ScannedByTier.GetValueOrDefault(Tier.Warm));
        json.WriteNumber("cold"u8, answer.ScannedByTier.GetValueOrDefault(Tier.Cold));
        json.WriteEndObject();
        json.WriteNumber("latencyMs"u8, Math.Round(answer.Took.TotalMilliseconds, 3));
        json.WriteNumber("scanned"u8, answer.Scanned);
        json.WriteNumber("matched"u8, answer.Matched);
        json.WriteNumber("damaged"u8, answer.Damaged);
        if (answer.Unavailable > 0)
        {
            json.WriteNumber("unavailable"u8, answer.Unavailable);
            json.WriteBoolean("degraded"u8, true);
        }
    }
}
