using System.Net;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store.Accounting;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class PressureEndpointTests
{
    private const long Mebibyte = 1 << 20;
    private long _used = 50 * Mebibyte;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_is_there_for_the_application_and_for_whoever_watches()
    {
        await using RunningSidecar sidecar = await StartAsync();
        foreach (HttpClient client in (HttpClient[])[sidecar.Client, sidecar.AdminClient])
        {
            PressureReport report = await ReportAsync(client);
            Assert.Equal("calm", report.State);
            Assert.Equal(100 * Mebibyte, report.LimitBytes);
            Assert.Equal(50 * Mebibyte, report.UsedBytes);
            Assert.Contains(report.Steps, step => step.Step == "drop-hot");
        }
    }

    [Fact]
    public async Task Writes_are_refused_before_their_body_is_read_and_reads_and_deletes_go_on()
    {
        await using RunningSidecar sidecar = await StartAsync();
        using (HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/c/k", [1, 2]))
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Use(sidecar, 100);
        using (HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/c/other", [1]))
        {
            await put.AssertProblemAsync(429, ProblemCode.MemoryPressure);
            Assert.Equal("2", put.Header("Retry-After"));
        }

        using (HttpResponseMessage batch = await sidecar.PostJsonAsync("/v1/kv/c:batch", "{\"operations\":[]}"))
            await batch.AssertProblemAsync(429, ProblemCode.MemoryPressure);
        using (HttpResponseMessage memory = await sidecar.PostJsonAsync("/v1/memories", "{\"text\":\"x\"}"))
            await memory.AssertProblemAsync(429, ProblemCode.MemoryPressure);
        using (HttpResponseMessage search = await sidecar.PostJsonAsync("/v1/memories:search", "{\"query\":\"x\",\"mode\":\"keyword\"}"))
            Assert.Equal(HttpStatusCode.OK, search.StatusCode);
        using (HttpResponseMessage get = await sidecar.GetAsync("/v1/kv/c/k"))
            Assert.Equal([1, 2], await get.Content.ReadAsByteArrayAsync(Stop));
        using (HttpResponseMessage delete = await sidecar.SendAsync(HttpMethod.Delete, "/v1/kv/c/k", null))
            Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Use(sidecar, 50);
        using (HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/c/other", [1]))
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal(3, (await ReportAsync(sidecar.Client)).RefusedWrites);
    }

    [Fact]
    public async Task Actions_are_streamed_as_they_happen_and_again_from_an_id_on()
    {
        await using RunningSidecar sidecar = await StartAsync();
        using HttpResponseMessage live = await ListenAsync(sidecar, null);
        Assert.Equal("text/event-stream", live.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await live.Content.ReadAsStreamAsync(Stop));
        await reader.ReadLineAsync(Stop);
        Use(sidecar, 100);
        (string id, string name, PressureAction action) = await NextAsync(reader);
        Assert.Equal(("1", "state"), (id, name));
        Assert.Equal(1, action.Id);
        Assert.Contains("calm → refusing", action.Reason, StringComparison.Ordinal);

        using HttpResponseMessage replay = await ListenAsync(sidecar, "1");
        using var again = new StreamReader(await replay.Content.ReadAsStreamAsync(Stop));
        await again.ReadLineAsync(Stop);
        (id, name, action) = await NextAsync(again);
        Assert.Equal(("2", "action"), (id, name));
        Assert.Equal("refuse-writes", action.Step);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task A_wrong_id_is_refused(string id)
    {
        await using RunningSidecar sidecar = await StartAsync();
        using HttpResponseMessage answer = await ListenAsync(sidecar, id);
        await answer.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
    }

    [Fact]
    public async Task A_listener_does_not_hold_up_the_stop()
    {
        RunningSidecar sidecar = await StartAsync();
        using HttpResponseMessage live = await ListenAsync(sidecar, null);
        await sidecar.DisposeAsync();
        using var reader = new StreamReader(await live.Content.ReadAsStreamAsync(Stop));
        string rest = await reader.ReadToEndAsync(Stop);
        Assert.StartsWith(":", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_below_what_the_process_takes_ends_the_start_and_says_the_least()
    {
        _used = 95 * Mebibyte;
        HostingException refused = await Assert.ThrowsAsync<HostingException>(StartAsync);
        Assert.Contains("budget.limit: 100Mi is too little: this process uses 95 MiB", refused.Message, StringComparison.Ordinal);
        Assert.Matches("at least 1[2-4][0-9]Mi", refused.Message);
    }

    private Task<RunningSidecar> StartAsync() => RunningSidecar.StartAsync("budget: {limit: 100Mi, intervalSeconds: 3600}", sense: Sense);

    private MemoryReading Sense(MemoryLedger ledger) =>
        new() { Resident = Interlocked.Read(ref _used), Ledger = ledger.Bytes, Native = ledger.NativeBytes };

    /// <summary>Changes what the process uses, and waits for the governor to have looked.</summary>
    private void Use(RunningSidecar sidecar, int mebibytes)
    {
        Interlocked.Exchange(ref _used, mebibytes * Mebibyte);
        sidecar.Host.LookAtMemory();
    }

    private static async Task<PressureReport> ReportAsync(HttpClient client) => JsonSerializer.Deserialize(
        await client.GetStringAsync(new Uri("/v1/pressure", UriKind.Relative), Stop), StatusJson.Default.PressureReport)!;

    private static async Task<HttpResponseMessage> ListenAsync(RunningSidecar sidecar, string? after)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/v1/pressure/events", UriKind.Relative));
        if (after is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        return await sidecar.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    private static async Task<(string Id, string Name, PressureAction Action)> NextAsync(StreamReader reader)
    {
        string id = "", name = "";
        while (await reader.ReadLineAsync(Stop) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (id, name, JsonSerializer.Deserialize(line[6..], StatusJson.Default.PressureAction)!);
        }

        throw new InvalidOperationException("The stream ended.");
    }
}
