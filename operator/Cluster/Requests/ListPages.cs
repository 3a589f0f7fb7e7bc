using System.Globalization;
using System.Text.Json;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Walks the pages of one list. All of them are of the version of the first.</summary>
internal sealed class ListPages<T>(ClusterWire wire, Resource<T> resource, int itemsMax)
    where T : class
{
    public async Task<ClusterList<T>> ReadAsync(ListScope scope, string accept, CancellationToken cancellation)
    {
        List<T> items = [];
        string? next = null;
        string version;
        do
        {
            string address = scope.Address(
                resource.Type, ("limit", scope.PageItems.ToString(CultureInfo.InvariantCulture)), ("continue", next));
            var request = new ClusterRequest(HttpMethod.Get, address) { Accept = accept };
            byte[] answer = await wire.SendAsync(request, cancellation);
            (version, string? following) = Take(request, answer, items);
            if (items.Count > itemsMax)
            {
                throw new ClusterException(
                    ClusterFault.TooLarge, request.Name, $"there are more than {itemsMax} {resource.Type.Plural}; narrow the scope");
            }

            if (following is not null && following == next)
                throw Unreadable(request, "the list does not advance");
            next = following;
        }
        while (next is not null);
        return new ClusterList<T>(items, version);
    }

    private static ClusterException Unreadable(ClusterRequest request, string why, Exception? inner = null) =>
        new(ClusterFault.Unreadable, request.Name, why, inner);

    private (string Version, string? Next) Take(ClusterRequest request, byte[] answer, List<T> items)
    {
        using JsonDocument page = ClusterClient.Parsed(request, answer);
        try
        {
            JsonElement metadata = page.RootElement.GetProperty("metadata");
            if (page.RootElement.TryGetProperty("items", out JsonElement found) && found.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in found.EnumerateArray())
                    items.Add(item.Deserialize(resource.Json) ?? throw new JsonException("An item is null."));
            }

            string? next = metadata.TryGetProperty("continue", out JsonElement token) ? token.GetString() : null;
            return (metadata.GetProperty("resourceVersion").GetString() ?? "", string.IsNullOrEmpty(next) ? null : next);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Unreadable(request, $"the answer is not a list of {resource.Type.Plural}: {failure.Message}", failure);
        }
    }
}
