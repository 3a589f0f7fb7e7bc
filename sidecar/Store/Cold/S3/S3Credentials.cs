using Thermocline.Store.Cold.Dapr.Secrets;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// Where the keys to a bucket come from. Keys in files are read again when they are five seconds old, and at once after they
/// were refused; keys in a secret of Dapr's when they are five minutes old, and after a refusal once five seconds have passed since they were
/// asked for. Rotating them needs no restart. Prints as its kind, never as its content.
/// </summary>
public sealed class S3Credentials
{
    private static readonly TimeSpan FilesFresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FetchedFresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FetchedPause = TimeSpan.FromSeconds(5);

    private readonly Func<CancellationToken, ValueTask<S3Keys>> _read;
    private readonly string _kind;

    private S3Credentials(string kind, Func<CancellationToken, ValueTask<S3Keys>> read)
    {
        _kind = kind;
        _read = read;
    }

    /// <summary>How old keys may be that are used without asking again.</summary>
    internal TimeSpan Fresh { get; private init; } = FilesFresh;

    /// <summary>The pause between two questions for keys that were refused.</summary>
    internal TimeSpan Pause { get; private init; }

    /// <summary>Keys that do not change, for example from variables the program was started with.</summary>
    public static S3Credentials Fixed(string accessKey, string secretKey, string? sessionToken = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(accessKey);
        ArgumentException.ThrowIfNullOrEmpty(secretKey);
        var keys = new S3Keys(accessKey, secretKey, sessionToken);
        return new S3Credentials("fixed keys", _ => new(keys));
    }

    /// <summary>Keys in files, as a mounted secret gives them.</summary>
    public static S3Credentials Files(string accessKeyFile, string secretKeyFile, string? sessionTokenFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(accessKeyFile);
        ArgumentException.ThrowIfNullOrEmpty(secretKeyFile);
        return new S3Credentials($"the files {accessKeyFile} and {secretKeyFile}", _ => new(new S3Keys(
            Read(accessKeyFile), Read(secretKeyFile), string.IsNullOrEmpty(sessionTokenFile) ? null : Read(sessionTokenFile))));
    }

    /// <summary>Keys in a secret of Dapr's. Nothing is asked before the first request to the bucket.</summary>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public static S3Credentials Secret(DaprSecretOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var secret = new DaprSecret(options, time);
        return Fetched(secret.ToString(), secret.ReadKeysAsync);
    }

    /// <summary>Its kind; for files, their paths.</summary>
    public override string ToString() => _kind;

    /// <summary>Keys that somebody else is asked for.</summary>
    internal static S3Credentials Fetched(string kind, Func<CancellationToken, ValueTask<S3Keys>> read) =>
        new(kind, read) { Fresh = FetchedFresh, Pause = FetchedPause };

    /// <summary>Reads the keys as they are now.</summary>
    /// <exception cref="StoreException">They cannot be had; the message says where from, and nothing of them.</exception>
    internal ValueTask<S3Keys> ReadAsync(CancellationToken cancellation) => _read(cancellation);

    private static string Read(string path)
    {
        try
        {
            string text = SecretFile.Read(path);
            return text.Length > 0 ? text : throw new IOException($"'{path}' is empty.");
        }
        catch (IOException failure)
        {
            throw ColdFailure.Refused("sign a request", $"a credentials file cannot be read: {failure.Message}", failure);
        }
    }
}
