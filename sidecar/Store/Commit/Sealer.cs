using System.Collections.Concurrent;
using Thermocline.Store.Log;

namespace Thermocline.Store.Commit;

/// <summary>
/// Seals segments in the background, in order, so that a writer never waits for a key table unless the disk falls far
/// behind. What it has not sealed when power is lost is sealed at the next open.
/// </summary>
internal sealed class Sealer : IDisposable
{
    // One more is in the sealer's hands, and one is open.
    private const int WaitingMax = LogView.UnsealedMax - 2;
    private readonly BlockingCollection<SegmentWriter> _waiting = new(WaitingMax);
    private readonly Action _sealedOne;
    private readonly Action<StoreException> _fail;
    private readonly Thread _thread;
    private int _unsealed;
    private int _ended;

    /// <param name="sealedOne">Told of every segment that was sealed.</param>
    /// <param name="fail">Told of the first failure.</param>
    public Sealer(Action sealedOne, Action<StoreException> fail)
    {
        _sealedOne = sealedOne;
        _fail = fail;
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-sealer" };
        _thread.Start();
    }

    /// <summary>Takes over a segment that gets no more frames and is synced. Waits when too many are unsealed.</summary>
    public void Add(SegmentWriter writer)
    {
        Interlocked.Increment(ref _unsealed);
        _waiting.Add(writer);
    }

    /// <summary>Seals a segment now.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public static void Seal(SegmentWriter writer)
    {
        Segment segment = writer.Segment;
        try
        {
            var trailer = KeyTableWriter.Seal(segment.File, segment.Header, writer.Summary, writer.Keys.Seek([]));
            segment.Keys = new KeyTable(segment, trailer);
        }
        catch (IOException failure)
        {
            throw new StoreException(
                StoreFault.Io, $"Sealing {segment.Path} failed: {failure.Message}", segment.Path, -1, failure);
        }
    }

    /// <summary>Whether everything handed over is sealed.</summary>
    public bool IsIdle => Volatile.Read(ref _unsealed) == 0;

    /// <summary>Seals what waits, then ends. May be called again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _waiting.CompleteAdding();
        _thread.Join();
        _waiting.Dispose();
    }

    private void Run()
    {
        bool failed = false;
        foreach (SegmentWriter writer in _waiting.GetConsumingEnumerable())
        {
            try
            {
                // After a failure nothing more is written; the segments stay as they are for the next open.
                if (failed)
                    continue;
                Seal(writer);
                _sealedOne();
            }
            catch (StoreException failure)
            {
                failed = true;
                _fail(failure);
            }
            finally
            {
                Interlocked.Decrement(ref _unsealed);
            }
        }
    }
}
