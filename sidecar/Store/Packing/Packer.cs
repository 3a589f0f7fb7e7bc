using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Records;

namespace Thermocline.Store.Packing;

/// <summary>
/// Packs the log in the background, one file at a time and at a bounded rate. Nobody waits for it; a failure leaves the
/// files as they were and is tried again later.
/// </summary>
internal sealed class Packer : IDisposable
{
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FailureWait = TimeSpan.FromSeconds(30);

    /// <summary>The rate is held over stretches of this many bytes.</summary>
    private const int PaceBytes = 256 << 10;
    private readonly SegmentPacker _packer;
    private readonly RecordTable _records;
    private readonly KeyHash _hash;
    private readonly StoreOptions _options;
    private readonly StageCounters _stages;
    private readonly Action _idle;
    private readonly int _coveredSegment;
    private readonly Lock _running = new();
    private readonly object _signal = new();
    private readonly HashSet<string> _leftAlone = [];
    private readonly HashSet<ISegment> _surveyed = [];
    private readonly Thread? _thread;
    private bool _due;
    private bool _stopped;
    private int _paced;
    private int _level;
    private int _adaptive = (int)CompressionLevel.Balanced;
    private volatile bool _rests;

    public Packer(
        SegmentPacker packer, RecordTable records, KeyHash hash, StoreOptions options, StageCounters stages, int coveredSegment,
        Action idle)
    {
        _idle = idle;
        _packer = packer;
        _records = records;
        _hash = hash;
        _options = options;
        _stages = stages;
        _coveredSegment = coveredSegment;
        _level = (int)options.Compression;
        if (!options.BackgroundPacking)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-packer" };
        _thread.Start();
    }

    public CompressionLevel Level
    {
        get => (CompressionLevel)Volatile.Read(ref _level);
        set => Volatile.Write(ref _level, (int)value);
    }

    /// <summary>What <see cref="CompressionLevel.Adaptive"/> means while there is time for it.</summary>
    public CompressionLevel AdaptiveLevel
    {
        get => (CompressionLevel)Volatile.Read(ref _adaptive);
        set => Volatile.Write(ref _adaptive, (int)value);
    }

    /// <summary>Whether the thread leaves its work, also what it is at, until it is told otherwise.</summary>
    public bool Rests
    {
        get => _rests;
        set
        {
            _rests = value;
            if (!value)
                Wake();
        }
    }

    /// <summary>Files made.</summary>
    public long Runs { get; private set; }

    /// <summary>Bytes of the files they replaced, and of themselves.</summary>
    public long BytesIn { get; private set; }

    public long BytesOut { get; private set; }

    /// <summary>Frames that were dead and are gone.</summary>
    public long FramesDropped { get; private set; }

    /// <summary>The last failure, or null.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Says that there may be something to do.</summary>
    public void Wake()
    {
        lock (_signal)
        {
            _due = true;
            Monitor.Pulse(_signal);
        }
    }

    /// <summary>Does on the caller's thread all there is to do; returns how many files were made.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public int RunToEnd(CancellationToken cancellation)
    {
        lock (_running)
        {
            int runs = 0;
            while (RunOne(_ => cancellation.ThrowIfCancellationRequested()))
                runs++;
            return runs;
        }
    }

    /// <summary>Packs one file anew at a level, for the cold store; null when it is gone from the log, or damaged.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public PackedSegment? PackAgain(PackedSegment segment, CompressionLevel level, CancellationToken cancellation)
    {
        lock (_running)
        {
            if (!_records.Log.View.Segments.Contains(segment) || _leftAlone.Contains(segment.Path))
                return null;
            try
            {
                return Pack([segment], level, _ => cancellation.ThrowIfCancellationRequested()).Segment;
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                _records.Damages.Add(failure);
                _leftAlone.Add(segment.Path);
                return null;
            }
        }
    }

    /// <summary>Does something to the files of the log while nothing is packed.</summary>
    public bool WhileResting(Func<bool> action)
    {
        lock (_running)
        {
            bool done = action();
            Wake();
            return done;
        }
    }

    /// <summary>Ends the thread; what it was making is thrown away.</summary>
    public void Dispose()
    {
        lock (_signal)
        {
            _stopped = true;
            Monitor.Pulse(_signal);
        }

        _thread?.Join();
    }

    private void Run()
    {
        TimeSpan wait = TimeSpan.Zero;
        while (!HasStopped(wait, untilDue: true))
        {
            wait = IdleWait;
            try
            {
                _idle();
                lock (_running)
                {
                    while (!_rests && !HasStopped(TimeSpan.Zero, untilDue: false) && RunOne(Pace))
                        LastFailure = null;
                }
            }
            catch (OperationCanceledException)
            {
                // It was told to rest, or the loop's condition ends it.
            }
#pragma warning disable CA1031 // The top of the loop: whatever fails here must not end the process; the files are as they were.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LastFailure = failure.Message;
                if (HasStopped(FailureWait, untilDue: false))
                    return;
            }
        }
    }

    /// <summary>Waits for the end of the work, or, when asked to, for something to do; whether the end has come.</summary>
    private bool HasStopped(TimeSpan patience, bool untilDue)
    {
        lock (_signal)
        {
            if (!_stopped && !(untilDue && _due) && patience > TimeSpan.Zero)
                Monitor.Wait(_signal, patience);
            _due &= !untilDue;
            return _stopped;
        }
    }

    /// <summary>Holds the rate, and ends the work when the store closes.</summary>
    private void Pace(int bytes)
    {
        _paced += bytes;
        if (_paced < PaceBytes)
            return;
        var rest = TimeSpan.FromSeconds((double)_paced / _options.PackingBytesPerSecond);
        _paced = 0;
        // What is half made is thrown away: its memory is needed now, and the cold tier must not wait for it.
        if (HasStopped(rest, untilDue: false) || _rests)
            throw new OperationCanceledException();
    }

    private bool RunOne(Action<int> pace)
    {
        ISegment[] segments = _records.Log.View.Segments.ToArray();
        var candidates = new PackCandidate[segments.Length];
        int raw = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            candidates[i] = CandidateOf(segments[i]);
            raw += candidates[i] is { IsPacked: false, CanChange: true } ? 1 : 0;
        }

        if (PackPlan.Next(candidates) is not { } job)
            return Survey(segments);
        ISegment[] inputs = segments[job.Start..(job.Start + job.Count)];
        try
        {
            Pack(inputs, LevelOf(raw), pace);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // What is damaged stays as it is: its report names the place, and nothing of it is lost twice.
            _records.Damages.Add(failure);
            foreach (ISegment input in inputs.Where(input => inputs.Length == 1 || input.Path == failure.File))
                _leftAlone.Add(input.Path);
            if (!Array.Exists(inputs, input => _leftAlone.Contains(input.Path)))
                Array.ForEach(inputs, input => _leftAlone.Add(input.Path));
        }

        return true;
    }

    private Packed Pack(IReadOnlyList<ISegment> inputs, CompressionLevel level, Action<int> pace)
    {
        var settings = new PackedSettings(level, [], _options.Deduplicate && level != CompressionLevel.Off, _options.QuantisedCollections, _stages)
        {
            TrainsDictionaries = _options.TrainDictionaries,
        };
        Packed packed = _packer.Run(inputs, settings, _coveredSegment, pace);
        Runs++;
        BytesIn += packed.BytesIn;
        BytesOut += packed.BytesOut;
        FramesDropped += packed.FramesIn - packed.FramesOut;
        _surveyed.Add(packed.Segment);
        _surveyed.RemoveWhere(segment => inputs.Contains(segment));
        return packed;
    }

    /// <summary>Adaptive means: as much as there is time for.</summary>
    private CompressionLevel LevelOf(int rawWaiting)
    {
        CompressionLevel level = Level;
        if (level != CompressionLevel.Adaptive)
            return level;
        return rawWaiting > 2 ? CompressionLevel.Fast : AdaptiveLevel;
    }

    private PackCandidate CandidateOf(ISegment segment)
    {
        bool mayChange = !_leftAlone.Contains(segment.Path);
        if (segment is PackedSegment { IsStub: false } packed && mayChange && TryOpen(packed))
        {
            PackedTrailer trailer = packed.Trailer;
            return new PackCandidate(
                packed.First, packed.Last, true, true, trailer.Frames, packed.DeadFrames, packed.Directory.FrameBytes);
        }

        if (segment is Segment raw && mayChange && raw.Keys is null or KeyTable && raw.IsSealed(out SegmentTrailer sealedBy))
            return new PackCandidate(raw.First, raw.Last, false, true, sealedBy.Frames, raw.DeadFrames, sealedBy.FramesEnd);
        return new PackCandidate(segment.First, segment.Last, segment is PackedSegment, false, 0, 0, 0);
    }

    private bool TryOpen(PackedSegment segment)
    {
        try
        {
            _ = segment.Trailer;
            return true;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            _records.Damages.Add(failure);
            _leftAlone.Add(segment.Path);
            return false;
        }
    }

    /// <summary>
    /// Counts the dead frames of one packed file that was there before the store was opened, at most one a call. True when
    /// there may be more to do.
    /// </summary>
    private bool Survey(ISegment[] segments)
    {
        foreach (ISegment segment in segments)
        {
            if (segment is not PackedSegment packed || _leftAlone.Contains(packed.Path) || !_surveyed.Add(packed))
                continue;
            int dead = 0;
            try
            {
                IKeyCursor keys = (packed.Keys ??= packed.OpenKeys(_records.Damages.Add)).Seek([]);
                while (keys.MoveNext())
                {
                    bool tombstone = (keys.Entry.Flags & FrameFlags.Tombstone) != 0;
                    dead += tombstone || _records.Places.IsCurrent(_hash.Tag(keys.Key), keys.Entry.Address) ? 0 : 1;
                }
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                _records.Damages.Add(failure);
                _leftAlone.Add(packed.Path);
            }

            packed.NoteDead(dead - packed.DeadFrames);
            return true;
        }

        return false;
    }
}
