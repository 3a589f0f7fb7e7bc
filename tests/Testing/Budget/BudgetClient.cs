using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Thermocline.Testing.Budget;

/// <summary>The calls of the data API that a run makes.</summary>
internal sealed class BudgetClient(Uri address, string tokenFile, HttpMessageHandler handler) : IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(100);

    private readonly HttpClient _client = new(handler) { BaseAddress = address, Timeout = AnswerLimit };

    /// <summary>A client over the network.</summary>
    public static BudgetClient Connect(Uri address, string tokenFile) =>
        new(address, tokenFile, new SocketsHttpHandler { UseProxy = false });

    /// <summary>Sends a batch. A refusal says why and for how long; an empty reason is success.</summary>
    /// <exception cref="BudgetRunException">Answered with neither.</exception>
    public async Task<(string Reason, TimeSpan RetryAfter)> WriteAsync(ReadOnlyMemory<byte> json)
    {
        using var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await _client.PostAsync(
            new Uri($"/v1/kv/{BudgetRecords.Collection}:batch", UriKind.Relative), content);
        string body = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
            return ("", TimeSpan.Zero);
        if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            throw new BudgetRunException($"A batch was answered {(int)answer.StatusCode}: {body}");
        return (CodeOf(body), answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
    }

    /// <summary>Reads a record; null when it is absent.</summary>
    /// <exception cref="BudgetRunException">Answered with neither.</exception>
    public async Task<(byte[] Value, bool Hot)?> ReadAsync(int number)
    {
        using HttpResponseMessage answer = await _client.GetAsync(
            new Uri($"/v1/kv/{BudgetRecords.Collection}/{BudgetRecords.KeyOf(number)}", UriKind.Relative));
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode)
            throw new BudgetRunException($"Record {number} was answered {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        return (body, answer.Headers.TryGetValues("Thermocline-Tier", out IEnumerable<string>? tier) && tier.First() == "hot");
    }

    /// <summary>What it says of its pressure, and of the memory of its components.</summary>
    public async Task<(PressureView Pressure, IReadOnlyDictionary<string, long> Components)> LookAsync(CancellationToken cancellation)
    {
        using JsonDocument? pressure = await AskAsync("/v1/pressure", cancellation);
        using JsonDocument? status = await AskAsync("/v1/status", cancellation);
        Dictionary<string, long> components = status is null ? [] : ComponentsOf(status.RootElement);
        return (pressure is null ? new PressureView() : PressureView.Parse(pressure.RootElement), components);
    }

    public void Dispose() => _client.Dispose();

    private static string CodeOf(string problem)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(problem);
            return json.RootElement.TryGetProperty("code", out JsonElement code) ? code.GetString() ?? "429" : "429";
        }
        catch (JsonException)
        {
            return "429";
        }
    }

    private static Dictionary<string, long> ComponentsOf(JsonElement status) =>
        status.TryGetProperty("budget", out JsonElement budget) && budget.TryGetProperty("components", out JsonElement components)
            ? components.EnumerateObject().Where(static each => each.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(static each => each.Name, static each => each.Value.GetInt64())
            : [];

    /// <summary>The answer; null when there is no such route.</summary>
    private async Task<JsonDocument?> AskAsync(string route, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(route, UriKind.Relative));
        string token = await File.ReadAllTextAsync(tokenFile, cancellation);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation))
            : null;
    }
}
