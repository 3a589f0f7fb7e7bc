using Thermocline.Store.Files;
using Thermocline.Store.Log;

namespace Thermocline.Store.Commit;

/// <summary>
/// Seals segments in the background, in order, so that a writer never waits for a key table unless the disk falls far
/// behind. On a full disk it tries again until there is space. What it has not sealed when power is lost is sealed at the
/// next open.
/// </summary>
internal sealed class Sealer : IDisposable
{
    // The one in the sealer's hands included; one more is open.
    private const int WaitingMax = LogView.UnsealedMax - 1;
    private static readonly TimeSpan FullWait = TimeSpan.FromSeconds(1);
    private readonly object _signal = new();
    private readonly Queue<SealingJob> _waiting = new();
    private readonly Action _sealedOne;
    private readonly Action<StoreException> _fail;
    private readonly Thread _thread;
    private long _refusals;
    private int _recovering;
    private bool _tryNow;
    private bool _ending;

    /// <param name="sealedOne">Told of every segment that was sealed.</param>
    /// <param name="fail">Told of the first failure.</param>
    public Sealer(Action sealedOne, Action<StoreException> fail)
    {
        _sealedOne = sealedOne;
        _fail = fail;
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-sealer" };
        _thread.Start();
    }

    /// <summary>Whether everything handed over is sealed.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_signal)
                return _waiting.Count == 0;
        }
    }

    /// <summary>Takes over what a full disk kept recovery from doing.</summary>
    public void Start(IReadOnlyList<SealingJob> unfinished)
    {
        lock (_signal)
        {
            foreach (SealingJob job in unfinished)
                _waiting.Enqueue(job);
            _recovering = unfinished.Count;
            Monitor.PulseAll(_signal);
        }
    }

    /// <summary>Returns once recovery is complete: nothing may build on segments that may not be on the disk.</summary>
    /// <exception cref="DiskFullException">There is no space for that.</exception>
    public void CompleteRecovery()
    {
        lock (_signal)
            WaitWhile(() => _recovering > 0);
    }

    /// <summary>Takes over a segment that gets no more frames and is synced. Waits when too many are unsealed.</summary>
    /// <exception cref="DiskFullException">Too many are unsealed and there is no space to seal them.</exception>
    public void Add(SealingJob job)
    {
        lock (_signal)
        {
            WaitWhile(() => _waiting.Count >= WaitingMax);
            _waiting.Enqueue(job);
            Monitor.PulseAll(_signal);
        }
    }

    /// <summary>Says that there may be space again.</summary>
    public void TryAgain()
    {
        lock (_signal)
        {
            _tryNow = true;
            Monitor.PulseAll(_signal);
        }
    }

    /// <summary>Seals what waits, as far as there is space, then ends. May be called again.</summary>
    public void Dispose()
    {
        lock (_signal)
        {
            _ending = true;
            Monitor.PulseAll(_signal);
        }

        _thread.Join();
    }

    /// <summary>Waits for the sealer, unless it finds no space. Under the lock.</summary>
    private void WaitWhile(Func<bool> busy)
    {
        long refusals = _refusals;
        while (busy())
        {
            // The first may have been under way when we came, and space have come after it.
            if (_refusals > refusals + 1)
                throw new DiskFullException("There is no space to seal the segments before the next one.");
            _tryNow = true;
            Monitor.PulseAll(_signal);
            Monitor.Wait(_signal);
        }
    }

    private void Run()
    {
        bool failed = false;
        while (Next() is { } job)
        {
            try
            {
                // After a failure nothing more is written; the segments stay as they are for the next open.
                if (!failed)
                {
                    job.Run();
                    _sealedOne();
                }

                Remove();
            }
            catch (DiskFullException)
            {
                if (!WaitForSpace())
                    return;
            }
            catch (IOException failure)
            {
                failed = true;
                string path = job.Segment.Path;
                _fail(new StoreException(StoreFault.Io, $"Sealing {path} failed: {failure.Message}", path, -1, failure));
                Remove();
            }
            catch (StoreException failure)
            {
                failed = true;
                _fail(failure);
                Remove();
            }
        }
    }

    /// <summary>The segment whose turn it is, or null at the end.</summary>
    private SealingJob? Next()
    {
        lock (_signal)
        {
            while (_waiting.Count == 0 && !_ending)
                Monitor.Wait(_signal);
            return _waiting.TryPeek(out SealingJob? job) ? job : null;
        }
    }

    private void Remove()
    {
        lock (_signal)
        {
            _waiting.Dequeue();
            _recovering = Math.Max(0, _recovering - 1);
            Monitor.PulseAll(_signal);
        }
    }

    /// <summary>Waits until trying again makes sense; false at the end.</summary>
    private bool WaitForSpace()
    {
        lock (_signal)
        {
            _refusals++;
            Monitor.PulseAll(_signal);
            if (!_tryNow && !_ending)
                Monitor.Wait(_signal, FullWait);
            _tryNow = false;
            return !_ending;
        }
    }
}
