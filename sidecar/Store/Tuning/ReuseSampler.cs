namespace Thermocline.Store.Tuning;

/// <summary>
/// Learns from a sample of the accesses what a cache of any size would answer: SHARDS with a fixed number of keys
/// (Waldspurger, Park, Garthwaite, Ahmad: "Efficient MRC Construction with SHARDS", FAST 2015). A key is in the sample when
/// its hash is below a threshold, so all accesses of a key are seen or none; when the sample is full the threshold falls.
/// Takes less than 256 KiB for ever. May be used from many threads at once: an access outside the sample costs one hash and
/// one comparison, one inside takes a lock.
/// </summary>
public sealed class ReuseSampler
{
    /// <summary>Keys in the sample.</summary>
    public const int KeysMax = 4096;

    private const uint Whole = 1u << 24;

    // What the threshold falls to is the hash below which so many of the keys lie: each fall makes room for a good while.
    private const int KeysAfterFall = KeysMax * 7 / 8;

    private readonly Lock _gate = new();
    private readonly StackDistances _keys = new(KeysMax);
    private readonly double[] _hits = new double[MissRatioCurve.Steps];
    private double _accesses;
    private long _samples;
    private uint _threshold = Whole;

    /// <summary>The share of keys in the sample, 1 at first.</summary>
    public double Rate => Volatile.Read(ref _threshold) / (double)Whole;

    /// <summary>Bytes of memory it takes, whatever happens.</summary>
    public long MemoryBytes => _keys.MemoryBytes + (_hits.Length * 8L) + (KeysMax * 4L);

    /// <summary>One access.</summary>
    /// <param name="tag">What identifies the key.</param>
    /// <param name="bytes">Bytes the record takes in the tier.</param>
    public void Record(ulong tag, int bytes)
    {
        uint hash = HashOf(tag);
        if (hash >= Volatile.Read(ref _threshold))
            return;
        lock (_gate)
        {
            // It may have fallen since.
            if (hash < _threshold)
                RecordSampled(tag, bytes);
        }
    }

    /// <summary>The curve of what was seen.</summary>
    /// <param name="accesses">
    /// All accesses since the start or the last <see cref="Forget"/>, sampled or not, when the caller counts them. Then the
    /// chance with which very hot keys are in the sample or not is evened out (SHARDS-adj); 0 to go without.
    /// </param>
    public MissRatioCurve Curve(long accesses)
    {
        lock (_gate)
        {
            double sampled = _accesses;
            if (accesses <= 0)
                return new MissRatioCurve(_hits, sampled, _samples);
            double expected = accesses * (_threshold / (double)Whole);
            double[] hits = [.. _hits];
            // Keys seen too seldom or too often are hot ones, and hot keys hit at any size.
            hits[0] += expected - sampled;
            return new MissRatioCurve(hits, expected, _samples);
        }
    }

    /// <summary>Gives what was seen so far less weight, so that the curve follows the present: 0 forgets it all, 1 nothing.</summary>
    public void Forget(double keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, 1);
        lock (_gate)
        {
            Scale(keep);
            _samples = (long)(_samples * keep);
        }
    }

    private void RecordSampled(ulong tag, int bytes)
    {
        if (_keys.IsFull)
            Fall();
        // Tags chosen so that all their hashes are the smallest one leave nothing to choose between.
        if (_keys.IsFull || HashOf(tag) >= _threshold)
            return;
        double rate = _threshold / (double)Whole;
        long distance = _keys.Access(tag, bytes);
        _accesses++;
        _samples++;
        // The keys between two accesses are a sample themselves: their bytes stand for 1/rate times as many. The key's own do not.
        if (distance >= 0)
            _hits[MissRatioCurve.StepOf(((distance - bytes) / rate) + bytes)]++;
    }

    /// <summary>Lowers the threshold until there is room again; what was counted at the old rate is worth less at the new one.</summary>
    private void Fall()
    {
        var hashes = new uint[_keys.Count];
        int count = 0;
        _keys.ForEach(tag => hashes[count++] = HashOf(tag));
        Array.Sort(hashes);
        uint threshold = Math.Max(1, hashes[Math.Min(KeysAfterFall, count - 1)]);
        _keys.RemoveWhere(tag => HashOf(tag) >= threshold);
        Scale(threshold / (double)_threshold);
        Volatile.Write(ref _threshold, threshold);
    }

    private void Scale(double factor)
    {
        for (int step = 0; step < _hits.Length; step++)
            _hits[step] *= factor;
        _accesses *= factor;
    }

    /// <summary>24 bits of a mixed tag: tags are hashes already, but the index uses their bits too.</summary>
    private static uint HashOf(ulong tag)
    {
        ulong mixed = unchecked((tag ^ (tag >> 29)) * 0xBF58476D1CE4E5B9);
        return (uint)(unchecked((mixed ^ (mixed >> 32)) * 0x94D049BB133111EB) >> 40);
    }
}
