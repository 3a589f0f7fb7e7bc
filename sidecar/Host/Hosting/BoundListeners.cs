using System.Net;
using System.Net.Sockets;
using Thermocline.Contract.Configuration;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// Binds the sockets of the listeners and remembers where they ended up. The admin listener's default port may be taken
/// by another sidecar of the same machine: then a free port of the same address is used, and the ready line names it.
/// </summary>
internal sealed class BoundListeners(ListenConfiguration listen, DaprConfiguration dapr) : IDisposable
{
    private const int Backlog = 512;

    private readonly UnixSocketFile? _socketFile =
        listen.DataSocket.Length > 0 ? new UnixSocketFile("listen.dataSocket", listen.DataSocket, listen.DataSocketMode) : null;

    private readonly UnixSocketFile? _componentFile =
        dapr.Socket.Length > 0 ? new UnixSocketFile("dapr.socketFolder", dapr.Socket, dapr.SocketMode) : null;

    /// <summary>What the data listener was asked to bind.</summary>
    public IPEndPoint DataWish { get; } = listen.Data;

    /// <summary>What the admin listener was asked to bind; not the same object as <see cref="DataWish"/>.</summary>
    public IPEndPoint AdminWish { get; } = listen.Admin ?? ListenConfiguration.DefaultAdmin;

    /// <summary>Where the data listener answers.</summary>
    public IPEndPoint? Data { get; private set; }

    /// <summary>Where the admin listener answers.</summary>
    public IPEndPoint? Admin { get; private set; }

    /// <summary>Whether the admin listener had to leave its default port.</summary>
    public bool AdminFellBack { get; private set; }

    /// <summary>The socket that listens where Kestrel was told to.</summary>
    /// <exception cref="HostingException">The address is taken, or is not this machine's.</exception>
    public Socket Bind(EndPoint wish)
    {
        if (wish is UnixDomainSocketEndPoint socket)
            return (socket.ToString() == dapr.Socket ? _componentFile! : _socketFile!).Bind(Backlog);
        if (ReferenceEquals(wish, AdminWish))
        {
            Socket admin = BindAdmin();
            Admin = (IPEndPoint)admin.LocalEndPoint!;
            return admin;
        }
        Socket data = Bind(DataWish, "listen.data");
        Data = (IPEndPoint)data.LocalEndPoint!;
        return data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socketFile?.Dispose();
        _componentFile?.Dispose();
    }

    private static Socket Bind(IPEndPoint wish, string setting)
    {
        try
        {
            return Open(wish);
        }
        catch (SocketException failure)
        {
            throw new HostingException($"{setting}: cannot listen on {wish}: {failure.Message}.", failure);
        }
    }

    private static Socket Open(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            // Two sockets may be bound to one port until one of them listens: listening here is what settles it.
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Socket BindAdmin()
    {
        if (listen.Admin is not null)
            return Bind(AdminWish, "listen.admin");
        try
        {
            return Open(AdminWish);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            AdminFellBack = true;
            return Bind(new IPEndPoint(AdminWish.Address, 0), "listen.admin");
        }
    }
}
