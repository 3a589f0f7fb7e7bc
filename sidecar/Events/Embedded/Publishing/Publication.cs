using System.Threading.Tasks.Sources;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// One publication until it is answered: awaited once, then used again for another. While it waits for room it stands in the
/// topic's line, with a timer. Everything but the awaiting happens under the topic's lock.
/// </summary>
internal sealed class Publication : IValueTaskSource<PublishAnswer>
{
    private readonly Topic _topic;
    private ManualResetValueTaskSourceCore<PublishAnswer> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private ITimer? _timer;
    private long _waitsSince;

    public Publication(Topic topic)
    {
        _topic = topic;
        Place = new LinkedListNode<Publication>(this);
    }

    public ReadOnlyMemory<EventDraft> Events { get; private set; }

    /// <summary>Bytes that the events take at most.</summary>
    public int Encoded { get; private set; }

    /// <summary>Its place in the line of those that wait for room.</summary>
    public LinkedListNode<Publication> Place { get; }

    public bool Waits => Place.List is not null;

    /// <summary>Whether the caller gave it up.</summary>
    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <summary>The next of the same block.</summary>
    public Publication? Next { get; set; }

    public ValueTask<PublishAnswer> Task => new(this, _source.Version);

    public void Reset(ReadOnlyMemory<EventDraft> events, int encoded)
    {
        Events = events;
        Encoded = encoded;
    }

    /// <summary>Asks the topic to look at it again after a while, or when the caller gives up.</summary>
    public void BeginToWait(TimeProvider time, TimeSpan most, CancellationToken cancellation)
    {
        _waitsSince = time.GetTimestamp();
        _cancellation = cancellation;
        _timer ??= time.CreateTimer(static self => ((Publication)self!).LookAgain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(most, Timeout.InfiniteTimeSpan);
        _registration = cancellation.UnsafeRegister(static self => ((Publication)self!).LookAgain(), this);
    }

    /// <summary>How long it has still to wait; a timer that was meant for an earlier use finds some left.</summary>
    public TimeSpan Left(TimeProvider time, TimeSpan most) => most - time.GetElapsedTime(_waitsSince);

    public void WaitOn(TimeSpan left) => _timer!.Change(left, Timeout.InfiniteTimeSpan);

    public void EndToWait()
    {
        _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration.Unregister();
        _registration = default;
    }

    public void Answer(in PublishAnswer answer) => _source.SetResult(answer);

    public void Cancel() => _source.SetException(new OperationCanceledException(_cancellation));

    public PublishAnswer GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Events = default;
            Next = null;
            _cancellation = default;
            _topic.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Its timer goes with it: otherwise a topic that is gone is held by the clock.</summary>
    public void Discard() => _timer?.Dispose();

    private void LookAgain() => _topic.LookAt(this);
}
