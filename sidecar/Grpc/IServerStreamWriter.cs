namespace Thermocline.Grpc;

/// <summary>Where the answers of a stream go. One write at a time.</summary>
public interface IServerStreamWriter<in T>
{
    /// <summary>Sends a message; waits while the caller takes less than it is sent.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A write is under way, or the call has ended.</exception>
    /// <exception cref="RpcException">The message is larger than allowed, or there is no room for it.</exception>
    Task WriteAsync(T message);
}
