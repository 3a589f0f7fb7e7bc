using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Certificates;

/// <summary>The operations that make the webhooks of a configuration trust a bundle, and touch nothing else.</summary>
internal static class AuthorityBundles
{
    public static JsonArray Patch(AnyObject configuration, string bundle)
    {
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(bundle));
        JsonArray hooks = configuration.Fields?["webhooks"] as JsonArray ?? [];
        JsonArray operations = [];
        for (int index = 0; index < hooks.Count; index++)
        {
            if (hooks[index] is not JsonObject hook || (string?)hook["clientConfig"]?["caBundle"] == encoded)
                continue;
            string path = $"/webhooks/{index.ToString(CultureInfo.InvariantCulture)}";
            // By its place in a list that somebody else may be changing: the name says that it is still that one.
            operations.Add((JsonNode)new JsonObject { ["op"] = "test", ["path"] = $"{path}/name", ["value"] = (string?)hook["name"] });
            operations.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = $"{path}/clientConfig/caBundle", ["value"] = encoded });
        }

        return operations;
    }
}
