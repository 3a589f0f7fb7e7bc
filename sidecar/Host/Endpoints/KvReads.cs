using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>GET and HEAD of one key.</summary>
internal sealed class KvReads(DataPlane plane)
{
    /// <summary>Answers the value.</summary>
    public Task GetAsync(HttpContext context) => Answer(context, withValue: true);

    /// <summary>Answers the headers of the value.</summary>
    public Task HeadAsync(HttpContext context) => Answer(context, withValue: false);

    // Not async: the lease cannot live across an await, and an answer from RAM needs none.
    private Task Answer(HttpContext context, bool withValue)
    {
        KvAddress address = KvAddress.Of(context);
        QueryParameters query = new(context.Request);
        if ((address.Problem ?? query.End()) is { } wrong)
            return context.WriteProblemAsync(wrong);
        (EntityTags? match, Problem? wrongMatch) = EntityTags.Read(context.Request.Headers.IfMatch, "If-Match", strong: true);
        (EntityTags? noneMatch, Problem? wrongNone) =
            EntityTags.Read(context.Request.Headers.IfNoneMatch, "If-None-Match", strong: false);
        if ((wrongMatch ?? wrongNone) is { } wrongCondition)
            return context.WriteProblemAsync(wrongCondition);

        ValueTask near = plane.Store.FetchAsync(address.Composed, context.RequestAborted);
        return near.IsCompletedSuccessfully
            ? Answer(context, new Wanted(address.Composed, match, noneMatch, withValue), Stopwatch.GetTimestamp())
            : FetchAndAnswerAsync(context, near, new Wanted(address.Composed, match, noneMatch, withValue));
    }

    /// <summary>No thread waits while a value comes from the cold store.</summary>
    private async Task FetchAndAnswerAsync(HttpContext context, ValueTask near, Wanted wanted)
    {
        long started = Stopwatch.GetTimestamp();
        await near;
        await Answer(context, wanted, started);
    }

    private Task Answer(HttpContext context, Wanted wanted, long started)
    {
        (byte[] key, EntityTags? match, EntityTags? noneMatch, bool withValue) = wanted;
        using ReadLease lease = plane.Store.Read(key);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        context.Response.Headers["Server-Timing"] =
            string.Create(CultureInfo.InvariantCulture, $"store;dur={took.TotalMilliseconds:0.####}");
        if (!lease.Found)
            return context.WriteProblemAsync(match is null ? StoreProblems.KeyAbsent : StoreProblems.ConditionFailed);
        if (match is not null && !match.Match(lease.Sequence))
            return context.WriteProblemAsync(StoreProblems.ConditionFailed);
        SetHeaders(context.Response, in lease);
        if (noneMatch is not null && noneMatch.Match(lease.Sequence))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        string contentType = RecordMetadata.ContentTypeOf(lease.Metadata);
        context.Response.ContentType = contentType;
        // A stored page, opened in a browser, must not act in the name of this origin.
        if (contentType.Contains("html", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("xml", StringComparison.OrdinalIgnoreCase))
            context.Response.Headers.ContentSecurityPolicy = "sandbox";
        context.Response.ContentLength = lease.Value.Length;
        return withValue && !lease.Value.IsEmpty ? Send(context, lease.Value) : Task.CompletedTask;
    }

    private static void SetHeaders(HttpResponse response, in ReadLease lease)
    {
        response.Headers.ETag = EntityTags.Tag(lease.Sequence);
        response.Headers["Thermocline-Tier"] = TierNames.Of(lease.Tier);
        // The stored content type is the client's own: a browser must not guess another one.
        response.Headers.XContentTypeOptions = "nosniff";
        if (lease.ExpiresAtMs != 0)
            response.Headers["Thermocline-Expires"] =
                DateTimeOffset.FromUnixTimeMilliseconds(lease.ExpiresAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
    }

    private readonly record struct Wanted(byte[] Key, EntityTags? Match, EntityTags? NoneMatch, bool WithValue);

    /// <summary>Copies the value into the response before anything is awaited.</summary>
    private Task Send(HttpContext context, ReadOnlySpan<byte> value)
    {
        if (value.Length < LargeBodies.BytesMin)
        {
            // The server sends what was written when the request ends.
            context.Response.BodyWriter.Write(value);
            return Task.CompletedTask;
        }
        if (!plane.Bodies.TryTake(value.Length))
        {
            context.Response.Clear();
            return context.WriteProblemAsync(StoreProblems.Busy("Answers in flight hold the memory they may."));
        }
        LargeBodies.HurryAnswer(context, value.Length);
        context.Response.BodyWriter.Write(value);
        return FlushAndReturnAsync(context, value.Length);
    }

    private async Task FlushAndReturnAsync(HttpContext context, int taken)
    {
        try
        {
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            plane.Bodies.Return(taken);
        }
    }
}
