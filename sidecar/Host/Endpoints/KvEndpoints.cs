using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>
/// The key/value routes. Their names come off the raw target (<see cref="Http.KvAddress"/>); routing sees a stand-in path
/// and decides only between one key, a collection and a batch.
/// </summary>
internal static class KvEndpoints
{
    public static void Map(IEndpointRouteBuilder app, DataPlane plane)
    {
        KvReads reads = new(plane);
        KvWrites writes = new(plane);
        KvListing listing = new(plane);
        KvBatch batch = new(plane);
        app.MapGet("/v1/kv/{collection}/{key}", reads.GetAsync);
        app.MapMethods("/v1/kv/{collection}/{key}", ["HEAD"], reads.HeadAsync);
        app.MapPut("/v1/kv/{collection}/{key}", writes.PutAsync).WithMetadata(RouteScope.Taking);
        app.MapDelete("/v1/kv/{collection}/{key}", writes.DeleteAsync);
        app.MapGet("/v1/kv/{collection}", listing.ListAsync);
        app.MapPost("/v1/kv/{collection}:batch", batch.ApplyAsync).WithMetadata(RouteScope.Taking);
    }
}
