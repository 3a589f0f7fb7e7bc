using System.Buffers;
using System.Globalization;
using Thermocline.Memory.Export;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>GET /v1/export</c>: the records of one moment, as fast as the client takes them.</summary>
internal sealed partial class ExportEndpoint(DataPlane plane, Lifecycle lifecycle, ILogger logger)
{
    /// <summary>Exports at once: each holds a snapshot for as long as its client takes.</summary>
    public const int AtOnceMax = 2;

    private const int PieceBytes = 256 << 10;

    private int _running;

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapGet("/v1/export", new ExportEndpoint(parts.Plane, parts.Lifecycle, Logger(app)).ExportAsync).WithMetadata(RouteScope.Guarded);

    private static ILogger Logger(IEndpointRouteBuilder app) =>
        app.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Thermocline.Sidecar.Export");

    private async Task ExportAsync(HttpContext context)
    {
        (ExportRequest? request, Problem? wrong) = ExportRequest.Read(context.Request);
        if (wrong is not null)
        {
            await context.WriteProblemAsync(wrong);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > AtOnceMax)
                await context.WriteProblemAsync(StoreProblems.Busy($"{AtOnceMax} exports are running."));
            else
                await ExportAsync(context, request!);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task ExportAsync(HttpContext context, ExportRequest request)
    {
        using StoreSnapshot snapshot = plane.Store.Snapshot();
        HttpResponse response = context.Response;
        response.ContentType = ExportNames.MediaType(request.Selection.Format);
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"thermocline{ExportNames.Extension(request.Selection.Format)}\"";
        response.Headers[ExportNames.SequenceHeader] = snapshot.Sequence.ToString(CultureInfo.InvariantCulture);
        var cursor = new ExportCursor(snapshot, request.Selection, request.After);
        var piece = new ArrayBufferWriter<byte>(PieceBytes);
        for (bool more = true; more;)
        {
            more = cursor.Fill(piece, PieceBytes);
            bool isDamaged = cursor.Counts.Damaged > 0 && !request.SkipsDamaged;
            if (isDamaged)
                LogDamaged(logger, cursor.Counts.DamagedNamed[0]);
            if (isDamaged || lifecycle.Stopping)
            {
                // Cut rather than ended: an ending would say that this is all there is.
                context.Abort();
                return;
            }

            // Waits while the client does not read: what is held stays one piece.
            await response.BodyWriter.WriteAsync(piece.WrittenMemory, context.RequestAborted);
            piece.ResetWrittenCount();
        }
    }

    [LoggerMessage(EventId = 14, Level = LogLevel.Error, Message = "An export was cut at a damaged record: {Record}")]
    private static partial void LogDamaged(ILogger logger, string record);
}
