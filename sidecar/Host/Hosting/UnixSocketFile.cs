using System.Net.Sockets;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// The unix socket of the data API: takes the place of a stale one, never of one that somebody answers on, and is removed
/// when the sidecar stops.
/// </summary>
internal sealed class UnixSocketFile(string path, int mode) : IDisposable
{
    private bool _ours;

    /// <summary>Binds and listens.</summary>
    /// <exception cref="HostingException">Somebody answers there, something else stands there, or it cannot be bound.</exception>
    public Socket Bind(int backlog)
    {
        RemoveStale();
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            _ours = true;
            // Nobody can connect before it listens, so there is no moment with the wrong permissions.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, (UnixFileMode)mode);
            socket.Listen(backlog);
            return socket;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new HostingException($"listen.dataSocket: cannot listen on {path}: {failure.Message}.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ours)
            File.Delete(path);
        _ours = false;
    }

    private void RemoveStale()
    {
        if (!File.Exists(path))
            return;
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused
            && !OperatingSystem.IsWindows() && new FileInfo(path).Length == 0)
        {
            // A regular file refuses connections too; a socket has no bytes, and a file of none is no loss.
            File.Delete(path);
            return;
        }
        catch (SocketException failure)
        {
            throw new HostingException($"listen.dataSocket: {path} is there and cannot be replaced: {failure.Message}.", failure);
        }
        throw new HostingException($"listen.dataSocket: another process answers on {path}.");
    }
}
