using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// Where the keys to a bucket come from. Keys in files are read again when they are a few seconds old, and at once after they
/// were refused, so that rotating a mounted secret needs no restart. Prints as its kind, never as its content.
/// </summary>
public sealed class S3Credentials
{
    private readonly Func<S3Keys> _read;
    private readonly string _kind;

    private S3Credentials(string kind, Func<S3Keys> read)
    {
        _kind = kind;
        _read = read;
    }

    /// <summary>Keys that do not change, for example from variables the program was started with.</summary>
    public static S3Credentials Fixed(string accessKey, string secretKey, string? sessionToken = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(accessKey);
        ArgumentException.ThrowIfNullOrEmpty(secretKey);
        var keys = new S3Keys(accessKey, secretKey, sessionToken);
        return new S3Credentials("fixed keys", () => keys);
    }

    /// <summary>Keys in files, as a mounted secret gives them.</summary>
    public static S3Credentials Files(string accessKeyFile, string secretKeyFile, string? sessionTokenFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(accessKeyFile);
        ArgumentException.ThrowIfNullOrEmpty(secretKeyFile);
        return new S3Credentials($"the files {accessKeyFile} and {secretKeyFile}", () => new S3Keys(
            Read(accessKeyFile), Read(secretKeyFile), string.IsNullOrEmpty(sessionTokenFile) ? null : Read(sessionTokenFile)));
    }

    /// <summary>Its kind; for files, their paths.</summary>
    public override string ToString() => _kind;

    /// <summary>Reads the keys as they are now.</summary>
    /// <exception cref="StoreException">A file cannot be read or is empty; the message names the file.</exception>
    internal S3Keys Read() => _read();

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
