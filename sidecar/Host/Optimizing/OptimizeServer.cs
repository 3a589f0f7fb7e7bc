using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>Optimises through a running sidecar.</summary>
internal sealed class OptimizeServer(Uri server, string tokenFile) : IOptimizeTarget
{
    /// <inheritdoc/>
    /// <exception cref="HostingException">It refused; the message says why.</exception>
    /// <exception cref="HttpRequestException">It did not answer.</exception>
    public async Task<OptimizeReport> RunAsync(PruneRules rules, int? olderThanDays, bool dry, CancellationToken cancellation)
    {
        List<string> query = [$"dryRun={(dry ? "true" : "false")}"];
        if (rules.Collection is { } collection)
            query.Add("collection=" + Uri.EscapeDataString(collection));
        if (olderThanDays is { } days)
            query.Add(string.Create(CultureInfo.InvariantCulture, $"olderThanDays={days}"));
        if (rules.SignificanceBelow is { } below)
            query.Add(string.Create(CultureInfo.InvariantCulture, $"below={below:R}"));
        // It takes as long as it takes: Ctrl-C ends it.
        using HttpClient client = new() { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.ReadFrom(tokenFile));
        using HttpResponseMessage answer = await client.PostAsync(
            new Uri("/v1/admin/optimize?" + string.Join('&', query), UriKind.Relative), null, cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new HostingException($"{server} answered {(int)answer.StatusCode}: {body}");
        try
        {
            return JsonSerializer.Deserialize(body, StatusJson.Default.OptimizeReport) ?? throw new JsonException("The answer is empty.");
        }
        catch (JsonException failure)
        {
            throw new HostingException($"{server} does not speak as a sidecar: {failure.Message}", failure);
        }
    }
}
