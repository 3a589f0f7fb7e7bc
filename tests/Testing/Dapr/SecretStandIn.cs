using System.Text;
using Thermocline.Testing.Wire;

namespace Thermocline.Testing.Dapr;

/// <summary>Stands in for the secrets API of Dapr's sidecar: one secret, for who brings the token.</summary>
internal sealed class SecretStandIn : IDisposable
{
    private readonly HttpPeer _server;
    private int _requests;

    /// <param name="port">Where it listens; 0 for a free port.</param>
    public SecretStandIn(int port = 0) => _server = new HttpPeer(AnswerAsync, port);

    public Uri Address => _server.Address;

    /// <summary>What it wants to hear.</summary>
    public string Token { get; set; } = "";

    /// <summary>What it answers; null: it hangs up.</summary>
    public (int Status, string Body)? Answer { get; set; } = (404, "");

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What was asked for last.</summary>
    public string LastTarget { get; private set; } = "";

    /// <summary>Gives keys from now on.</summary>
    public void Give(string accessKey, string secretKey) => Answer = (200, $$"""{"accessKey":"{{accessKey}}","secretKey":"{{secretKey}}"}""");

    public void Dispose() => _server.Dispose();

    private Task<(int Status, byte[] Body, string Fields)> AnswerAsync(WireMessage request)
    {
        Interlocked.Increment(ref _requests);
        LastTarget = request.StartLine.Split(' ')[1];
        (int status, string body) = Answer ?? throw new IOException("The stand-in hangs up.");
        if ((request.Field("dapr-api-token") ?? "") != Token)
            (status, body) = (401, """{"errorCode":"ERR_API_TOKEN","message":"no"}""");
        return Task.FromResult((status, Encoding.UTF8.GetBytes(body), ""));
    }
}
