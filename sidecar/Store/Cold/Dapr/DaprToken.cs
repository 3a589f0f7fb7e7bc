using System.Diagnostics.CodeAnalysis;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// A token of Dapr's, from its file: read again when it is five seconds old, so that it may be replaced at any time. Never printed. May be
/// asked from many threads at once.
/// </summary>
/// <param name="path">The file; empty: there is no token.</param>
/// <param name="time">The clock of its age.</param>
public sealed class DaprToken(string path, TimeProvider time)
{
    /// <summary>The header of tokens, both ways.</summary>
    public const string Header = "dapr-api-token";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private string? _held;
    private long _readAt;

    /// <summary>The token of the moment; false when the file cannot be read or holds none.</summary>
    /// <param name="token">The token; null when there is no file to read.</param>
    /// <param name="mistake">What is wrong with the file, for people, without its content.</param>
    public bool TryRead(out string? token, [NotNullWhen(false)] out string? mistake)
    {
        token = null;
        mistake = null;
        if (path.Length == 0)
            return true;
        lock (_gate)
        {
            if (_held is null || time.GetElapsedTime(_readAt) > Fresh)
                mistake = Renew();
            token = _held;
            return mistake is null;
        }
    }

    /// <summary>The token did not fit: the next request reads it again.</summary>
    public void Doubt()
    {
        lock (_gate)
            _held = null;
    }

    /// <inheritdoc/>
    public override string ToString() => "token";

    /// <summary>The token of the moment; null when there is no file.</summary>
    /// <exception cref="StoreException">The file cannot be read or is empty; the message names the file.</exception>
    internal string? Read() => TryRead(out string? token, out string? mistake)
        ? token
        : throw ColdFailure.Refused("ask Dapr", $"the file with the API token cannot be read: {mistake}");

    private string? Renew()
    {
        _held = null;
        try
        {
            string text = SecretFile.Read(path);
            if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
                return $"'{path}' holds no token of printable ASCII characters.";
            _held = text;
            _readAt = time.GetTimestamp();
            return null;
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
    }
}
