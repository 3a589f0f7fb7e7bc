using System.Text.Json;
using Thermocline.Store.Cold.S3;

namespace Thermocline.Store.Cold.Dapr.Secrets;

/// <summary>
/// The keys of a bucket in a secret of Dapr's. Asks once and keeps nothing, not even a connection: it is asked every few minutes.
/// No value is ever part of a message, nor is anything Dapr says but its error code.
/// </summary>
internal sealed class DaprSecret(DaprSecretOptions options, TimeProvider time)
{
    private const string Tried = "sign a request";
    private const int SecretBytesMax = 64 << 10;
    private const int FieldLettersMax = 16 << 10;
    private const int CodeLettersMax = 64;

    private readonly DaprToken _token = new(options.ApiTokenFile, time);

    private string Place => $"the secret {options.Secret} of Dapr's secret store {options.SecretStore}";

    public override string ToString() => Place;

    /// <summary>The keys as they are now.</summary>
    /// <exception cref="StoreException">They cannot be had: unavailable when waiting may help, refused when somebody has to change something.</exception>
    public async ValueTask<S3Keys> ReadKeysAsync(CancellationToken cancellation)
    {
        (int status, byte[] body) = await AskAsync(cancellation);
        return status switch
        {
            200 => Keys(body),
            204 or 404 => throw ColdFailure.Refused(Tried, $"{Place} is not there ({status})."),
            401 or 403 => throw ColdFailure.Refused(
                Tried, $"check the API token, the name of the secret store and its scopes; Dapr denies {Place} ({status} {Code(body)})."),
            408 or 429 or >= 500 => throw ColdFailure.Unavailable(Tried, $"Dapr could not read {Place} ({status} {Code(body)})."),
            _ => throw ColdFailure.Refused(Tried, $"check dapr.endpoint and the secret store; Dapr does not give {Place} ({status} {Code(body)})."),
        };
    }

    private async Task<(int Status, byte[] Body)> AskAsync(CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = SecretBytesMax };
        string path = $"v1.0/secrets/{Uri.EscapeDataString(options.SecretStore)}/{Uri.EscapeDataString(options.Secret)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/" + path));
        if (_token.Read() is { } token)
            request.Headers.TryAddWithoutValidation(DaprToken.Header, token);
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, cancellation);
            int status = (int)answer.StatusCode;
            if (status is 401 or 403)
                _token.Doubt();
            return (status, await answer.Content.ReadAsByteArrayAsync(cancellation));
        }
        catch (HttpRequestException large) when (large.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw ColdFailure.Refused(Tried, $"{Place} has more than {SecretBytesMax:N0} bytes.");
        }
        catch (HttpRequestException away)
        {
            throw ColdFailure.Unavailable(Tried, $"Dapr, which has {Place}, does not answer: {away.GetBaseException().Message}", away);
        }
        catch (OperationCanceledException late)
        {
            throw ColdFailure.Unavailable(Tried, $"Dapr, which has {Place}, did not answer in time.", late);
        }
    }

    private S3Keys Keys(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new S3Keys(
                    Field(document.RootElement, "accessKey") ?? throw Lacks("accessKey"),
                    Field(document.RootElement, "secretKey") ?? throw Lacks("secretKey"),
                    Field(document.RootElement, "sessionToken"));
            }
        }
        catch (JsonException)
        {
            // Where it broke would be a piece of the secret; that it is no object is all there is to say.
        }

        throw ColdFailure.Refused(Tried, $"{Place} is no JSON object.");
    }

    private string? Field(JsonElement secret, string name)
    {
        if (!secret.TryGetProperty(name, out JsonElement field))
            return null;
        string text = field.ValueKind == JsonValueKind.String ? field.GetString()!.Trim() : "";
        if (text.Length == 0)
            return null;
        return text.Length <= FieldLettersMax && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? text
            : throw ColdFailure.Refused(Tried, $"{Place} has a {name} that is no key of at most {FieldLettersMax:N0} printable characters.");
    }

    private StoreException Lacks(string field) => ColdFailure.Refused(Tried, $"{Place} lacks the field {field}, or it is empty.");

    // A code is one word in capitals; anything else that stands there could be anything.
    private static string Code(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            string? code = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("errorCode", out JsonElement word)
                && word.ValueKind == JsonValueKind.String ? word.GetString() : null;
            return code?.Length is > 0 and <= CodeLettersMax && code.All(static each => char.IsAsciiLetterUpper(each) || each == '_')
                ? code
                : "without a code";
        }
        catch (JsonException)
        {
            return "without a code";
        }
    }
}
