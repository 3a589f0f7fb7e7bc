using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Memory;
using Thermocline.Memory.Import;
using Thermocline.Memory.Json;
using Thermocline.Memory.Portable;

namespace Thermocline.Sidecar.Import;

/// <summary>Imports through the data API of a running sidecar.</summary>
internal sealed class ServerTarget(Uri server, TimeProvider time) : IImportTarget, IDisposable
{
    private const int DetailCharsMax = 2000;

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly Uri _memories = new(server, "/v1/memories?existing=keep");

    public async ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation)
    {
        try
        {
            using var body = new ByteArrayContent(Body(drafts));
            body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage answer = await _client.PostAsync(_memories, body, cancellation);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                return null;
            byte[] text = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new ImportException($"{_memories} answered {(int)answer.StatusCode}: {Detail(text)}");
            return Created(text, drafts.Count);
        }
        catch (HttpRequestException failure)
        {
            throw new ImportException($"The sidecar did not answer: {failure.Message}", failure);
        }
        catch (TaskCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new ImportException("The sidecar did not answer in two minutes.", failure);
        }
    }

    /// <summary>One request a record: a batch of the API is all or nothing, and some may be there.</summary>
    public async ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation)
    {
        var written = new bool[records.Count];
        for (int i = 0; i < written.Length; i++)
        {
            using HttpRequestMessage request = RecordRequest.Put(_memories, records[i], time.GetUtcNow());
            HttpStatusCode status = await PutAsync(request, cancellation);
            // Busy is worth another try of this record; those before it are done.
            for (int attempt = 0; status == HttpStatusCode.TooManyRequests && attempt < ImportLimits.BusyRetriesMax; attempt++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10 * (attempt + 1)), time, cancellation);
                using HttpRequestMessage again = RecordRequest.Put(_memories, records[i], time.GetUtcNow());
                status = await PutAsync(again, cancellation);
            }

            written[i] = status switch
            {
                HttpStatusCode.NoContent => true,
                HttpStatusCode.PreconditionFailed => false,
                _ => throw new ImportException($"{request.RequestUri} answered {(int)status}."),
            };
        }

        return written;
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpStatusCode> PutAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
            return answer.StatusCode;
        }
        catch (HttpRequestException failure)
        {
            throw new ImportException($"The sidecar did not answer: {failure.Message}", failure);
        }
        catch (TaskCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new ImportException("The sidecar did not answer in two minutes.", failure);
        }
    }

    private static byte[] Body(IReadOnlyList<MemoryDraft> drafts)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (MemoryDraft draft in drafts)
                MemoryJson.WriteDraft(json, draft);
            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool[] Created(byte[] answer, int count)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            bool[] created = [.. json.RootElement.EnumerateArray().Select(item => item.GetProperty("created"u8).GetBoolean())];
            return created.Length == count ? created : throw new ImportException("The sidecar's answer has another length than the batch.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ImportException("The sidecar's answer cannot be read: is this a thermocline data API?", failure);
        }
    }

    private static string Detail(byte[] answer)
    {
        string text = System.Text.Encoding.UTF8.GetString(answer);
        return text.Length <= DetailCharsMax ? text : text[..DetailCharsMax];
    }
}
