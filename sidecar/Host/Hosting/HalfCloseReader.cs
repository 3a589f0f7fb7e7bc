using System.IO.Pipelines;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// Reads a connection whose client may have closed its side and still listen. The server itself cuts such a connection
/// as soon as it notices the end while it reads a body, even when the whole body is there. This reader shows the end only
/// once everything before it was looked at, and tells a running request of a body that is cut short by an exception, so
/// that the client can be answered.
/// </summary>
internal sealed class HalfCloseReader(PipeReader inner) : PipeReader
{
    private long _shown;
    private bool _lookedAtAll;
    private bool _cutShort;
    private SequencePosition _end;

    /// <summary>Whether a request is being answered. Its own thread of control sets it and reads the body.</summary>
    public bool RequestRunning { get; set; }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Shown(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        result = Shown(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _lookedAtAll = examined.Equals(_end);
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Shown(ReadResult result)
    {
        _end = result.Buffer.End;
        bool grew = result.Buffer.Length > _shown;
        _shown = result.Buffer.Length;
        if (!result.IsCompleted)
            return result;
        if (!result.Buffer.IsEmpty && (grew || !_lookedAtAll))
            return new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false);
        if (!RequestRunning && !_cutShort)
            return result;
        _cutShort = true;
        // The caller has no result to advance over now: what was shown is given back as it was.
        inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        throw new BadHttpRequestException("Unexpected end of request content.", StatusCodes.Status400BadRequest);
    }
}
