namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// Puts off the news that a client has closed its side. The server takes that for a client that has gone and throws the
/// answer away; but <c>printf … | nc</c> and other simple clients close their side once they have asked, and still listen.
/// </summary>
internal sealed class LingeringClose : IDisposable
{
    /// <summary>How long a request of a closed side may still be answered.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenRegistration _registration;

    public LingeringClose(CancellationToken clientClosed) =>
        _registration = clientClosed.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelAfter(Linger), _closed);

    /// <summary>Cancelled a while after the client closed its side.</summary>
    public CancellationToken Token => _closed.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _closed.Dispose();
    }
}
