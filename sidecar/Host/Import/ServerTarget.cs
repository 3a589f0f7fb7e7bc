using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Memory;
using Thermocline.Memory.Import;
using Thermocline.Memory.Json;

namespace Thermocline.Sidecar.Import;

/// <summary>Imports through the data API of a running sidecar.</summary>
internal sealed class ServerTarget : IImportTarget, IDisposable
{
    private const int DetailCharsMax = 2000;

    private readonly HttpClient _client;
    private readonly Uri _memories;

    public ServerTarget(Uri server)
    {
        _client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        _memories = new Uri(server, "/v1/memories?existing=keep");
    }

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

    public void Dispose() => _client.Dispose();

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
