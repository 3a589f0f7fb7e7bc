using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_described_and_every_description_is_a_route()
    {
        // With every part that has routes.
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("events: {engine: dapr, dapr: {pubsub: broker, topics: [orders]}}");
        using HttpResponseMessage answer = await sidecar.GetAsync("/openapi.json");
        JsonElement document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        IEnumerable<string> described = document.GetProperty("paths").EnumerateObject().SelectMany(path =>
            path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(sidecar.Host.Routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_reference_of_the_document_leads_somewhere()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await sidecar.GetAsync("/openapi.json");
        JsonElement document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        foreach (string reference in References(document))
        {
            JsonElement at = document;
            foreach (string step in reference[2..].Split('/'))
                Assert.True(at.TryGetProperty(step, out at), reference);
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name == "$ref" ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
