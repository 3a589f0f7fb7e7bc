using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>Writes finalizers on objects and takes them off, so that nothing another writer did meanwhile is lost.</summary>
internal sealed class FinalizerWriter<T>(ClusterClient client, Resource<T> resource)
    where T : class
{
    /// <summary>Adds what is missing, to this version of the object only.</summary>
    public Task AttachAsync(ObjectMeta metadata, IReadOnlyList<string> ours, CancellationToken cancellation)
    {
        IEnumerable<string> all = (metadata.Finalizers ?? []).Union(ours);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = metadata.ResourceVersion,
                ["uid"] = metadata.Uid,
                ["finalizers"] = new JsonArray([.. all.Select(name => (JsonNode)name)]),
            },
        };
        return client.PatchAsync(resource, metadata.Key, patch, PatchOptions.Merge, cancellation);
    }

    /// <summary>Takes one off. The object may be gone by then, which is what was wanted.</summary>
    public async Task DetachAsync(ObjectMeta metadata, string name, CancellationToken cancellation)
    {
        int at = (metadata.Finalizers ?? []).ToList().IndexOf(name);
        if (at < 0)
            return;
        string path = $"/metadata/finalizers/{at.ToString(CultureInfo.InvariantCulture)}";

        // The tests refuse it all when the list moved, or this is a later object of the same name.
        var patch = new JsonArray(
            Operation("test", "/metadata/uid", metadata.Uid), Operation("test", path, name), Operation("remove", path, null));
        try
        {
            await client.PatchAsync(resource, metadata.Key, patch, PatchOptions.Json, cancellation);
        }
        catch (ClusterException gone) when (gone.Fault == ClusterFault.NotFound)
        {
            // It went with its last finalizer before the answer came.
        }
    }

    private static JsonObject Operation(string what, string path, string? value)
    {
        var operation = new JsonObject { ["op"] = what, ["path"] = path };
        if (value is not null)
            operation["value"] = value;
        return operation;
    }
}
