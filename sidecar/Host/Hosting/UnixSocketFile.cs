using System.Net.Sockets;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// A unix socket to listen on: takes the place of a stale one, never of one that somebody answers on, and is removed when the
/// sidecar stops.
/// </summary>
/// <param name="setting">The setting that asks for it, for whoever has to change it.</param>
/// <param name="path">Where it is; its folder is made when it is not there.</param>
/// <param name="mode">Permission bits.</param>
internal sealed class UnixSocketFile(string setting, string path, int mode) : IDisposable
{
    private bool _ours;

    /// <summary>Binds and listens.</summary>
    /// <exception cref="HostingException">Somebody answers there, something else stands there, or it cannot be bound.</exception>
    public Socket Bind(int backlog)
    {
        MakeFolder();
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
            throw new HostingException($"{setting}: cannot listen on {path}: {failure.Message}.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ours)
            File.Delete(path);
        _ours = false;
    }

    private void MakeFolder()
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostingException($"{setting}: cannot make the folder of {path}: {failure.Message}", failure);
        }
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
            throw new HostingException($"{setting}: {path} is there and cannot be replaced: {failure.Message}.", failure);
        }
        throw new HostingException($"{setting}: another process answers on {path}.");
    }
}
