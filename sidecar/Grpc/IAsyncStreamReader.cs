namespace Thermocline.Grpc;

/// <summary>The messages of a stream, one after the other. One read at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> found.</summary>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    T Current { get; }

    /// <summary>Waits for the next message. False: the other side has ended its half of the stream.</summary>
    /// <exception cref="OperationCanceledException">Either cancellation or the call itself was cancelled.</exception>
    /// <exception cref="RpcException">What came is no message, or is larger than allowed.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
