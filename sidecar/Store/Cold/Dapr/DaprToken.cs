using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>The token Dapr wants to hear, from its file. Never printed.</summary>
internal sealed class DaprToken(string path, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private string? _held;
    private long _readAt;

    /// <summary>The token of the moment; null when there is no file.</summary>
    /// <exception cref="StoreException">The file cannot be read or is empty; the message names the file.</exception>
    public string? Read()
    {
        if (path.Length == 0)
            return null;
        lock (_gate)
        {
            if (_held is null || time.GetElapsedTime(_readAt) > Fresh)
                Renew();
            return _held;
        }
    }

    /// <summary>Dapr refused the token: the next request reads it again.</summary>
    public void Doubt()
    {
        lock (_gate)
            _held = null;
    }

    private void Renew()
    {
        try
        {
            string text = SecretFile.Read(path);
            bool plain = text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
            _held = plain ? text : throw new IOException($"'{path}' holds no token of printable ASCII characters.");
            _readAt = time.GetTimestamp();
        }
        catch (IOException failure)
        {
            throw ColdFailure.Refused("ask Dapr", $"the file with the API token cannot be read: {failure.Message}", failure);
        }
    }

    public override string ToString() => "token";
}
