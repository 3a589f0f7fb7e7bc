using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;

namespace Thermocline.Benchmarks.HotCompressed;

/// <summary>A thread that reads records and takes the time of every read, until it is told to end.</summary>
internal sealed class RawReads
{
    private const int SamplesMax = 20_000_000;
    private readonly TieredStore _store;
    private readonly byte[][] _keys;
    private readonly Tier[] _tiers;
    private readonly Samples _samples = new();
    private readonly Thread _thread;
    private volatile bool _ended;
    private Exception? _failure;

    /// <param name="store">The store.</param>
    /// <param name="keys">What is read, at random.</param>
    /// <param name="tiers">Tiers that may answer.</param>
    public RawReads(TieredStore store, byte[][] keys, params Tier[] tiers)
    {
        _tiers = tiers;
        _store = store;
        _keys = keys;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the thread and gives the times of its reads, sorted.</summary>
    public Samples End()
    {
        _ended = true;
        _thread.Join();
        if (_failure is not null)
            throw new InvalidOperationException("A read failed.", _failure);
        _samples.Sort();
        return _samples;
    }

    private void Run()
    {
        try
        {
            var random = new Random(3);
            while (!_ended && _samples.Count < SamplesMax)
            {
                byte[] key = _keys[random.Next(_keys.Length)];
                long start = Stopwatch.GetTimestamp();
                using ReadLease lease = _store.Read(key);
                _samples.Add(Stopwatch.GetTimestamp() - start);
                if (Array.IndexOf(_tiers, lease.Tier) < 0)
                    throw new InvalidOperationException($"A record was answered by the {lease.Tier} tier.");
            }
        }
        catch (Exception failure)
        {
            // The top of the thread: whoever ends it hears of it.
            _failure = failure;
        }
    }
}
