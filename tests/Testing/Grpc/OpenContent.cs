using System.Net;

namespace Thermocline.Testing.Grpc;

/// <summary>A body that is written for as long as its call lasts.</summary>
internal sealed class OpenContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where to write, once the request is on its way.</summary>
    public Task<Stream> Stream => _stream.Task;

    /// <summary>Ends this half of the stream.</summary>
    public void Complete() => _end.TrySetResult();

    /// <summary>Gives this half up, unless it has ended: the other side sees it broken off, and no end.</summary>
    public void Abandon() => _end.TrySetCanceled();

    /// <summary>There will be no stream: the call has failed before.</summary>
    public void Fail(Exception failure) => _stream.TrySetException(failure);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers go out with the first flush, so that a call with nothing to say yet has begun.
        await stream.FlushAsync(cancellationToken);
        _stream.TrySetResult(stream);
        await _end.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
