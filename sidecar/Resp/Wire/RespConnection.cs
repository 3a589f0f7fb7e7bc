using System.Buffers;
using System.IO.Pipelines;

namespace Thermocline.Resp.Wire;

/// <summary>
/// One connection: commands are written in the order they come, many at once when they come fast, and answered in that order. The
/// first failure ends it, and fails everything that waits.
/// </summary>
internal sealed class RespConnection : IDisposable
{
    // Room that a burst needed is given back.
    private const int KeptBytesMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly RespOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _watch;
    private readonly Queue<RespPending> _waiting = [];
    private readonly TaskCompletionSource<RespException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> _filling = new();
    private ArrayBufferWriter<byte> _writing = new();
    private RespException? _failure;
    private bool _isWriting;
    private int _commands;
    private long _bytes;

    /// <summary>Speaks over a stream, which it owns.</summary>
    public RespConnection(Stream stream, RespOptions options, TimeProvider time)
    {
        _stream = stream;
        _options = options;
        _time = time;
        TimeSpan glance = options.CommandTimeout / 4;
        _watch = time.CreateTimer(static self => ((RespConnection)self!).Watch(), this, glance, glance);
        _ = ReadAsync();
    }

    /// <summary>Why it ended, once it has.</summary>
    public Task<RespException> Ended => _ended.Task;

    /// <summary>Sends commands; their answers, errors among them.</summary>
    /// <exception cref="RespException">There are no answers.</exception>
    public Task<RespValue[]> SendAsync(RespBatch batch)
    {
        ReadOnlySpan<byte> bytes = batch.Bytes;
        if (batch.Count == 0)
            return Task.FromResult(Array.Empty<RespValue>());
        var pending = new RespPending(batch.Count, bytes.Length, _time.GetTimestamp());
        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException<RespValue[]>(Gone(_failure));
            if (_commands + batch.Count > _options.InFlightMax || _bytes + bytes.Length > _options.InFlightBytesMax)
                return Task.FromException<RespValue[]>(Busy());
            _commands += batch.Count;
            _bytes += bytes.Length;
            _waiting.Enqueue(pending);
            _filling.Write(bytes);
            if (_isWriting)
                return pending.Answers;
            _isWriting = true;
        }

        _ = WriteAsync();
        return pending.Answers;
    }

    public void Dispose() => End(new RespException(RespFault.Closed, $"The connection to {_options.Place} was closed."));

    // Nothing of these commands was sent, whatever became of those before.
    private static RespException Gone(RespException failure) =>
        failure.Fault == RespFault.Closed ? failure.Again() : new(RespFault.Unreachable, failure.Message, failure.InnerException);

    private RespException Busy() => new(
        RespFault.Busy, $"{_commands:N0} commands of {_bytes:N0} bytes wait for answers of {_options.Place}; nothing more is sent meanwhile.");

    // While one write is under way others gather, and go out together.
    private async Task WriteAsync()
    {
        try
        {
            while (Swap())
            {
                await _stream.WriteAsync(_writing.WrittenMemory);
                await _stream.FlushAsync();
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End(Lost(failure));
        }
    }

    private bool Swap()
    {
        lock (_gate)
        {
            if (_filling.WrittenCount == 0 || _failure is not null)
            {
                _isWriting = false;
                return false;
            }

            (_filling, _writing) = (_writing, _filling);
            if (_filling.Capacity > KeptBytesMax)
                _filling = new();
            else
                _filling.ResetWrittenCount();
            return true;
        }
    }

    private async Task ReadAsync()
    {
        // What the server greets with before it was asked must not find a half-built object.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        PipeReader reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        var parser = new RespParser(_options.ReplyBytesMax);
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync();
                ReadOnlySequence<byte> bytes = read.Buffer;
                while (parser.TryRead(ref bytes, out RespValue answer))
                    Take(answer);
                if (read.IsCompleted)
                    throw new IOException("the server ended the connection.");
                reader.AdvanceTo(bytes.Start, bytes.End);
            }
        }
        catch (RespException failure)
        {
            End(failure);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End(Lost(failure));
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private void Take(RespValue answer)
    {
        if (answer.Kind == RespKind.Push)
            return;
        RespPending? pending;
        lock (_gate)
        {
            if (!_waiting.TryPeek(out pending))
                throw new RespException(RespFault.Protocol, $"{_options.Place} answered although nothing was asked: {Shape(answer)}.");
            if (!pending.Add(answer))
                return;
            _waiting.Dequeue();
            _commands -= pending.Commands;
            _bytes -= pending.Bytes;
        }

        pending.Done();
    }

    // An error that comes unasked says why the server is about to hang up, in its first word.
    private static string Shape(RespValue answer) => answer.IsError ? answer.Text.Split(' ', 2)[0] : answer.Kind.ToString();

    private void Watch()
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out RespPending? oldest) || _time.GetElapsedTime(oldest.SentAt) < _options.CommandTimeout)
                return;
        }

        End(new RespException(RespFault.TimedOut, $"{_options.Place} did not answer within {_options.CommandTimeout:g}."));
    }

    private RespException Lost(Exception failure) =>
        new(RespFault.Lost, $"The connection to {_options.Place} ended: {failure.Message}", failure);

    private void End(RespException failure)
    {
        RespPending[] waiting;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        _watch.Dispose();
        _stream.Dispose();
        _ended.TrySetResult(failure);
        foreach (RespPending pending in waiting)
            pending.Failed(failure.Again());
    }
}
