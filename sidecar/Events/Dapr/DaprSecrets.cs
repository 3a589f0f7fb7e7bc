using System.Collections.Frozen;
using System.Text.Json;
using Thermocline.Store.Cold.S3;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Reads secrets through Dapr's secret store API, for hosts that take the credentials of a bucket or a key from there at their start.
/// Nothing is kept, and no value is ever part of a message.
/// </summary>
public sealed class DaprSecrets : IDisposable
{
    private const int NameMax = 253;
    private const int FieldsMax = 64;
    private const int SecretBytesMax = 64 << 10;

    private readonly DaprPipeline _pipeline;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="options">Where Dapr is; its pub/sub component is not used.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws between 0 and 1, for jitter.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public DaprSecrets(DaprOptions options, TimeProvider time, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _pipeline = new DaprPipeline(options, time, random);
    }

    /// <summary>A secret: its fields and their values, 64 fields and 64 KiB at most.</summary>
    /// <exception cref="DaprSecretException">It cannot be had.</exception>
    public async ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(string store, string key, CancellationToken cancellation)
    {
        CheckName(store, nameof(store));
        CheckName(key, nameof(key));
        (int status, byte[] body) = await _pipeline.SendAsync(
            HttpMethod.Get, $"/v1.0/secrets/{Uri.EscapeDataString(store)}/{Uri.EscapeDataString(key)}", ("", default), cancellation);
        string place = $"The secret {key} of Dapr's store {store}";
        return status switch
        {
            200 => Fields(body) ?? throw new DaprSecretException(
                false, $"{place} is no object of at most {FieldsMax} texts and {SecretBytesMax:N0} bytes."),
            204 or 404 => throw new DaprSecretException(false, $"{place} is not there ({status})."),
            401 => throw new DaprSecretException(false, $"{place}: Dapr does not know us (401); the API token is missing or wrong."),
            403 => throw new DaprSecretException(false, $"{place} is not for us: Dapr's scopes forbid it (403)."),
            0 => throw new DaprSecretException(true, $"{place} could not be asked for: Dapr does not answer."),
            _ => throw new DaprSecretException(true, $"{place} could not be read: Dapr answered {status}."),
        };
    }

    /// <summary>The credentials of a bucket from the fields <c>accessKey</c>, <c>secretKey</c> and, where there is one, <c>sessionToken</c>.</summary>
    /// <exception cref="DaprSecretException">They cannot be had.</exception>
    public async ValueTask<S3Credentials> ReadS3Async(string store, string key, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, string> fields = await ReadAsync(store, key, cancellation);
        return fields.GetValueOrDefault("accessKey") is { Length: > 0 } access && fields.GetValueOrDefault("secretKey") is { Length: > 0 } secret
            ? S3Credentials.Fixed(access, secret, fields.GetValueOrDefault("sessionToken"))
            : throw new DaprSecretException(false, $"The secret {key} of Dapr's store {store} lacks accessKey or secretKey.");
    }

    /// <inheritdoc/>
    public void Dispose() => _pipeline.Dispose();

    private static void CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (name.Length > NameMax || name is "." or ".." || name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"A name has 1 to {NameMax} printable ASCII characters.", parameter);
    }

    private static FrozenDictionary<string, string>? Fields(byte[] body)
    {
        if (body.Length > SecretBytesMax)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 2 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var fields = new Dictionary<string, string>();
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (field.Value.ValueKind != JsonValueKind.String || fields.Count == FieldsMax)
                    return null;
                fields[field.Name] = field.Value.GetString()!;
            }

            return fields.ToFrozenDictionary();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
