using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Asks a Kubernetes API server for objects, one method a verb. Absence is an answer; every other refusal is thrown.</summary>
internal sealed class ClusterClient : IDisposable
{
    private const string MetadataAccept = ClusterRequest.Json + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private const string MetadataListAccept = ClusterRequest.Json + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    // How servers say that the object is another one: two places of theirs check it, and no reason tells them from other conflicts.
    private static readonly string[] UidWords = ["UID in precondition", "UID in the precondition"];

    private readonly ClusterWire _wire;
    private readonly ClientOptions _options;

    public ClusterClient(ClusterConnection connection, TimeProvider time, ClientOptions? options = null)
        : this(connection, connection.CreateHandler(), time, options)
    {
    }

    public ClusterClient(ClusterConnection connection, HttpMessageHandler handler, TimeProvider time, ClientOptions? options = null)
    {
        _options = options ?? new ClientOptions();
        _wire = new ClusterWire(connection, handler, _options, time);
        DefaultNamespace = connection.Namespace;
    }

    /// <summary>The namespace the connection names: that of the pod this runs in, or of the kubeconfig's context.</summary>
    public string DefaultNamespace { get; }

    public RequestCounts Counts => _wire.Counts;

    /// <summary>Fetches one object; null when it is not there.</summary>
    public async Task<T?> GetAsync<T>(Resource<T> resource, EntityKey key, CancellationToken cancellation)
        where T : class
    {
        var request = new ClusterRequest(HttpMethod.Get, resource.Type.Address(key)) { Accept = AcceptOf(resource) };
        try
        {
            return Read(resource, request, await _wire.SendAsync(request, cancellation));
        }
        catch (ClusterException absent) when (absent.Fault == ClusterFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>Fetches all objects of a scope, page by page. When the pages expire on the way it begins again, once.</summary>
    public async Task<ClusterList<T>> ListAsync<T>(Resource<T> resource, ListScope scope, CancellationToken cancellation)
        where T : class
    {
        var pages = new ListPages<T>(_wire, resource, _options.ListItemsMax);
        string accept = resource.IsMetadataOnly ? MetadataListAccept : ClusterRequest.Json;
        try
        {
            return await pages.ReadAsync(scope, accept, cancellation);
        }
        catch (ClusterException expired) when (expired.Fault == ClusterFault.Gone)
        {
            return await pages.ReadAsync(scope, accept, cancellation);
        }
    }

    /// <summary>Creates an object. Never repeated once it may have been carried out.</summary>
    public Task<T> CreateAsync<T>(Resource<T> resource, string? @namespace, T created, CancellationToken cancellation)
        where T : class => ReadAsync(
            resource,
            new ClusterRequest(HttpMethod.Post, Managed(resource.Type.Collection(@namespace), null))
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(created, resource.Json),
            },
            cancellation);

    /// <summary>Says which fields an object is to have; it is created when it is not there. What we no longer name goes.</summary>
    public Task<T> ApplyAsync<T>(
        Resource<T> resource, EntityKey key, JsonObject fields, ApplyOptions options, CancellationToken cancellation)
        where T : class
    {
        string address = Managed(resource.Type.Address(key, options.Subresource), options.FieldManager)
            + (options.Force ? "&force=true" : "&force=false") + (options.DryRun ? "&dryRun=All" : "");
        return ReadAsync(
            resource,
            new ClusterRequest(HttpMethod.Patch, address)
            {
                Body = Utf8(Named(resource.Type, key, fields)),
                BodyType = "application/apply-patch+yaml",
            },
            cancellation);
    }

    /// <summary>Applies fields of the status.</summary>
    public Task<T> ApplyStatusAsync<T>(
        Resource<T> resource, EntityKey key, JsonObject fields, ApplyOptions options, CancellationToken cancellation)
        where T : class => ApplyAsync(resource, key, fields, options with { Subresource = "status" }, cancellation);

    /// <summary>Changes an object that is there.</summary>
    public Task<T> PatchAsync<T>(
        Resource<T> resource, EntityKey key, JsonNode patch, PatchOptions options, CancellationToken cancellation)
        where T : class => ReadAsync(
            resource,
            new ClusterRequest(HttpMethod.Patch, Managed(resource.Type.Address(key, options.Subresource), null))
            {
                Body = Utf8(patch),
                BodyType = options.Kind == PatchKind.Merge ? "application/merge-patch+json" : "application/json-patch+json",
                // Operations on lists add up when they are repeated.
                IsRepeatable = options.Kind == PatchKind.Merge,
            },
            cancellation);

    /// <summary>Changes what a running pod's containers may use, without a restart where the node can.</summary>
    public Task<AnyObject> ResizeAsync(EntityKey pod, JsonArray operations, CancellationToken cancellation) =>
        PatchAsync(Resources.Whole(Resources.Pods), pod, operations, PatchOptions.Resize, cancellation);

    /// <summary>Deletes an object; false when it is not there.</summary>
    public async Task<bool> DeleteAsync(ResourceType type, EntityKey key, DeleteOptions options, CancellationToken cancellation)
    {
        try
        {
            await _wire.SendAsync(
                new ClusterRequest(HttpMethod.Delete, type.Address(key)) { Body = options.ToJson() }, cancellation);
            return true;
        }
        catch (ClusterException absent) when (absent.Fault == ClusterFault.NotFound)
        {
            return false;
        }
    }

    /// <summary>Asks for a pod to go, as its disruption budgets allow.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="options">On which condition; with a uid, no later pod of the same name is ever evicted.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<EvictionAnswer> EvictAsync(EntityKey pod, DeleteOptions options, CancellationToken cancellation)
    {
        JsonObject deletion = options.ToNode();
        deletion.Remove("propagationPolicy");
        var eviction = new JsonObject { ["deleteOptions"] = deletion };
        var request = new ClusterRequest(HttpMethod.Post, Resources.Pods.Address(pod, "eviction"))
        {
            Body = Utf8(Named(new ResourceType("policy", "v1", "evictions", "Eviction"), pod, eviction)),
            IsRepeatable = options.Uid is not null,
            IsRefusalAnAnswer = true,
        };
        try
        {
            await _wire.SendAsync(request, cancellation);
            return new EvictionAnswer(EvictionOutcome.Evicted);
        }
        catch (ClusterException refused) when (EvictionOf(refused) is { } outcome)
        {
            return new EvictionAnswer(outcome, refused.Message, refused.RetryAfter);
        }
    }

    /// <summary>Whether the server knows a kind, or a part of it such as resize of pods.</summary>
    public async Task<bool> IsServedAsync(ResourceType type, string? subresource, CancellationToken cancellation)
    {
        var request = new ClusterRequest(HttpMethod.Get, type.Root);
        string wanted = subresource is null ? type.Plural : $"{type.Plural}/{subresource}";
        try
        {
            using JsonDocument answer = Parsed(request, await _wire.SendAsync(request, cancellation));
            return answer.RootElement.TryGetProperty("resources", out JsonElement served)
                && served.EnumerateArray().Any(each => each.GetProperty("name").ValueEquals(wanted));
        }
        catch (ClusterException absent) when (absent.Fault == ClusterFault.NotFound)
        {
            return false;
        }
    }

    /// <summary>Opens a stream of changes since a version. The caller reads it to its end and disposes it.</summary>
    public async Task<HttpResponseMessage> OpenWatchAsync<T>(
        Resource<T> resource, ListScope scope, string resourceVersion, TimeSpan limit, CancellationToken cancellation)
        where T : class
    {
        string seconds = ((int)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string address = scope.Address(
            resource.Type,
            ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion), ("timeoutSeconds", seconds));
        return await _wire.OpenAsync(new ClusterRequest(HttpMethod.Get, address) { Accept = AcceptOf(resource) }, cancellation);
    }

    public void Dispose() => _wire.Dispose();

    internal static JsonDocument Parsed(ClusterRequest request, byte[] answer)
    {
        try
        {
            return JsonDocument.Parse(answer);
        }
        catch (JsonException failure)
        {
            throw new ClusterException(ClusterFault.Unreadable, request.Name, "the answer is not JSON", failure);
        }
    }

    private static string AcceptOf<T>(Resource<T> resource)
        where T : class => resource.IsMetadataOnly ? MetadataAccept : ClusterRequest.Json;

    private static byte[] Utf8(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private static T Read<T>(Resource<T> resource, ClusterRequest request, byte[] answer)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer, resource.Json) ?? throw new JsonException("It is null.");
        }
        catch (JsonException failure)
        {
            throw new ClusterException(
                ClusterFault.Unreadable, request.Name, $"the answer is not a {resource.Type.Kind}: {failure.Message}", failure);
        }
    }

    // The given fields with what names the object, which every applied configuration must say.
    private static JsonObject Named(ResourceType type, EntityKey key, JsonObject fields)
    {
        var named = (JsonObject)fields.DeepClone();
        named["apiVersion"] = type.ApiVersion;
        named["kind"] = type.Kind;
        if (named["metadata"] is not JsonObject metadata)
            named["metadata"] = metadata = [];
        metadata["name"] = key.Name;
        if (type.Namespaced)
            metadata["namespace"] = key.Namespace;
        return named;
    }

    // A budget that counts at this moment conflicts with itself: like a refusal, it is asked again later.
    private static EvictionOutcome? EvictionOf(ClusterException refused) => refused.Fault switch
    {
        ClusterFault.NotFound => EvictionOutcome.Absent,
        ClusterFault.Conflict => UidWords.Any(words => refused.Message.Contains(words, StringComparison.Ordinal))
            ? EvictionOutcome.Absent
            : EvictionOutcome.Refused,
        ClusterFault.TooManyRequests => EvictionOutcome.Refused,
        _ => null,
    };

    private string Managed(string address, string? manager) =>
        $"{address}?fieldManager={Uri.EscapeDataString(manager ?? _options.FieldManager)}";

    private async Task<T> ReadAsync<T>(Resource<T> resource, ClusterRequest request, CancellationToken cancellation)
        where T : class => Read(resource, request, await _wire.SendAsync(request, cancellation));
}
