using System.Threading.Tasks.Sources;

namespace Thermocline.Store.Commit;

/// <summary>
/// One write waiting for its commit: a single operation or an atomic batch, or a flush when it has none. Awaited once,
/// then used again for another write.
/// </summary>
internal sealed class WriteRequest : IValueTaskSource<WriteAnswer>
{
    private readonly CommitQueue _owner;
    private ManualResetValueTaskSourceCore<WriteAnswer> _source;
    private WriteOperation _single;
    private ReadOnlyMemory<WriteOperation> _batch;

    public WriteRequest(CommitQueue owner) => _owner = owner;

    public int Count { get; private set; }

    /// <summary>Bytes of keys, metadata and values.</summary>
    public long Bytes { get; private set; }

    public bool IsFlush => Count == 0;

    /// <summary>Whether any operation depends on what is stored: a condition, or a delete.</summary>
    public bool NeedsState { get; private set; }

    public ValueTask<WriteAnswer> Task => new(this, _source.Version);

    public WriteOperation this[int index] => _batch.IsEmpty ? _single : _batch.Span[index];

    public void Reset(in WriteOperation operation)
    {
        _source.RunContinuationsAsynchronously = !operation.ContinuesInline;
        _single = operation;
        _batch = default;
        Count = 1;
        Bytes = SizeOf(operation);
        NeedsState = DependsOnState(operation);
    }

    public void Reset(ReadOnlyMemory<WriteOperation> batch, long bytes)
    {
        _source.RunContinuationsAsynchronously = true;
        _batch = batch;
        Count = batch.Length;
        Bytes = bytes;
        NeedsState = false;
        foreach (ref readonly WriteOperation operation in batch.Span)
            NeedsState |= DependsOnState(operation);
    }

    public void Answer(in WriteAnswer answer) => _source.SetResult(answer);

    public void Fail(Exception failure) => _source.SetException(failure);

    public WriteAnswer GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _single = default;
            _batch = default;
            _owner.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public static long SizeOf(in WriteOperation operation) =>
        (long)operation.Key.Length + operation.Metadata.Length + operation.Value.Length;

    private static bool DependsOnState(in WriteOperation operation) =>
        operation.Delete || operation.Condition.Kind != ConditionKind.None;
}
