using System.Net;
using System.Text.Json;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>From what Dapr answers to what the engine knows. Of an answer only status, error code and the first words are told.</summary>
internal static class DaprFailure
{
    private const int WordsMax = 200;

    /// <summary>An answer that is neither done nor an expected refusal.</summary>
    public static StoreException Of(string tried, HttpStatusCode status, byte[] body, string? token)
    {
        (string code, string message) = Said(body, token);
        string said = $"Dapr answered {(int)status} {code}: {message}";
        if (code == "ERR_STATE_STORE_NOT_FOUND")
            return ColdFailure.Refused(tried, $"it has no such state store ({said})");
        return (int)status switch
        {
            401 or 403 => ColdFailure.Refused(tried, $"check the API token and the scopes of the state store ({said})"),
            413 => ColdFailure.Refused(tried, $"a request of {DaprStateApi.BodyBytesMax:N0} bytes must be allowed ({said})"),
            409 => ColdFailure.Conflict(tried),
            408 or 429 or >= 500 => ColdFailure.Unavailable(tried, said),
            < 300 => ColdFailure.Unavailable(tried, $"the answer makes no sense ({said})"),
            _ => ColdFailure.Refused(tried, $"check endpoint and state store ({said})"),
        };
    }

    /// <summary>A failure on the way; null for what is none.</summary>
    public static StoreException? Of(string tried, Exception failure) => failure switch
    {
        HttpRequestException or IOException => ColdFailure.Unavailable(tried, failure.GetBaseException().Message, failure),
        OperationCanceledException => ColdFailure.Unavailable(tried, "no answer in time.", failure),
        JsonException or FormatException => ColdFailure.Unavailable(tried, "the answer makes no sense or was cut."),
        _ => null,
    };

    // Somebody else's error text goes no further than its first words, and never with what we sent to be let in.
    private static (string Code, string Message) Said(byte[] body, string? token)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return (Word(document.RootElement, "errorCode", token), Word(document.RootElement, "message", token));
        }
        catch (JsonException)
        {
            return ("without a code", "without a message");
        }
    }

    private static string Word(JsonElement said, string name, string? token)
    {
        string text = said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out JsonElement word)
            && word.ValueKind == JsonValueKind.String ? word.GetString()! : "";
        if (token is not null)
            text = text.Replace(token, "…", StringComparison.Ordinal);
        return new string([.. text.Take(WordsMax).Select(static each => char.IsControl(each) ? ' ' : each)]);
    }
}
