using System.Net;
using System.Text;

namespace Thermocline.Operator.Tests.Reconciling;

/// <summary>Between an operator and the API server: at one of its writes something happens to it. Reads are not counted.</summary>
internal sealed class MortalDoor(int at, WriteFate fate) : DelegatingHandler
{
    private int _writes;

    public int Writes => Volatile.Read(ref _writes);

    public bool IsDead { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsDead)
            throw Gone();
        if (request.Method == HttpMethod.Get || Interlocked.Increment(ref _writes) - 1 != at)
            return await base.SendAsync(request, cancellationToken);
        if (fate == WriteFate.Conflict)
            return Conflict(request);
        IsDead = true;
        if (fate == WriteFate.DiesAfter)
            (await base.SendAsync(request, cancellationToken)).Dispose();
        throw Gone();
    }

    private static HttpRequestException Gone() => new(HttpRequestError.ResponseEnded, "The process is gone.");

    private static HttpResponseMessage Conflict(HttpRequestMessage request) => new(HttpStatusCode.Conflict)
    {
        RequestMessage = request,
        Content = new StringContent(
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"somebody was quicker","reason":"Conflict","code":409}""",
            Encoding.UTF8, "application/json"),
    };
}
