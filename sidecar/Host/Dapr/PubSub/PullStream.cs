using System.Collections.Concurrent;
using System.Globalization;
using Thermocline.Events;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>
/// One stream of messages to an application and acknowledgements back. What is not acknowledged when it ends is delivered again.
/// </summary>
internal sealed class PullStream(
    string topic, IAsyncStreamReader<PullMessagesRequest> acknowledgements, IServerStreamWriter<PullMessagesResponse> messages) : IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Handling>> _waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private long _last;

    /// <summary>Sends an event and waits for its acknowledgement.</summary>
    public async ValueTask<Handling> DeliverAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        // Not the event's own name: publishers choose those, and two may choose the same.
        string id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<Handling>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            PullMessagesResponse message = BrokerMessages.Message(topic, id, delivery);
            await _writing.WaitAsync(cancellation);
            try
            {
                await messages.WriteAsync(message);
            }
            finally
            {
                _writing.Release();
            }

            return await answer.Task.WaitAsync(cancellation);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Takes acknowledgements until the application ends the stream.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task AcknowledgeAsync(CancellationToken cancellation)
    {
        while (await acknowledgements.MoveNext(cancellation))
        {
            PullMessagesRequest acknowledgement = acknowledgements.Current;
            // One that came too late, or of no message of this stream, says nothing any more.
            if (_waiting.TryRemove(acknowledgement.AckMessageId, out TaskCompletionSource<Handling>? answer))
                answer.TrySetResult(acknowledgement.AckError is null ? Handling.Done : Handling.Retry);
        }
    }

    /// <summary>Nothing more is acknowledged: what waits for it is delivered again, to whoever comes.</summary>
    public void Abandon()
    {
        foreach (TaskCompletionSource<Handling> answer in _waiting.Values)
            answer.TrySetResult(Handling.Retry);
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();
}
