namespace Thermocline.Operator.Tests.Cluster.Live;

/// <summary>Lets requests through, or none. Streams that are open stay.</summary>
internal sealed class Door : DelegatingHandler
{
    private readonly TaskCompletionSource _knocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _shut;

    /// <summary>Completes when a request stood before the shut door.</summary>
    public Task Knocked => _knocked.Task;

    public void Shut() => _shut = true;

    public void Open() => _shut = false;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_shut)
            return base.SendAsync(request, cancellationToken);
        _knocked.TrySetResult();
        throw new HttpRequestException(HttpRequestError.ConnectionError, "The door is shut.");
    }
}
