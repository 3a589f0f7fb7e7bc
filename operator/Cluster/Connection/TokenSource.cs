namespace Thermocline.Operator.Cluster.Connection;

/// <summary>The token requests are sent with. One in a file is replaced there before it expires, so it is read again every minute.</summary>
internal sealed class TokenSource
{
    /// <summary>How long a token that was read is used.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private const int BytesMax = 64 << 10;

    private readonly Lock _gate = new();
    private readonly string? _file;
    private readonly TimeProvider _time;
    private string? _token;
    private long _readAt;
    private bool _forgotten;

    private TokenSource(string? token, string? file, TimeProvider time)
    {
        _token = token;
        _file = file;
        _time = time;
    }

    /// <summary>Whether reading it again can give another one.</summary>
    public bool IsReread => _file is not null;

    public static TokenSource Fixed(string token) => new(token, null, TimeProvider.System);

    public static TokenSource OfFile(string file, TimeProvider time) => new(null, file, time);

    /// <summary>The token. When the file cannot be read any more, the last one is tried as long as it lasts.</summary>
    /// <exception cref="ConnectionException">There is none.</exception>
    public string Read()
    {
        if (Known() is { } known)
            return known;
        string? read = null;
        Exception? failure = null;
        try
        {
            if (new FileInfo(_file!).Length <= BytesMax)
                read = File.ReadAllText(_file!).Trim();
        }
        catch (Exception caught) when (caught is IOException or UnauthorizedAccessException)
        {
            failure = caught;
        }

        bool usable = !string.IsNullOrEmpty(read) && !read.Any(each => char.IsControl(each) || each == ' ');
        lock (_gate)
        {
            if (usable)
                _token = read;
            _readAt = _time.GetTimestamp();
            _forgotten = false;
            return _token ?? throw new ConnectionException(_file!, null, "holds no token", failure);
        }
    }

    /// <summary>Reads the file again before the next request: the server did not know the token.</summary>
    public void Forget()
    {
        lock (_gate)
            _forgotten = true;
    }

    private string? Known()
    {
        lock (_gate)
        {
            return _file is null || (_token is not null && !_forgotten && _time.GetElapsedTime(_readAt) < Age) ? _token : null;
        }
    }
}
