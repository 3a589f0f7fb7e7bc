using System.Text;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packing;

/// <summary>Records of one collection, as a sample.</summary>
internal sealed class CollectionSample
{
    private readonly List<ReadOnlyMemory<byte>> _bodies = [];

    /// <summary>Bodies: key, metadata, value.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Bodies => _bodies;

    /// <summary>Bytes of all bodies of the collection, the ones that were not taken included.</summary>
    public long Bytes { get; private set; }

    public void Count(int bytes) => Bytes += bytes;

    public void Take(byte[] body) => _bodies.Add(body);
}

/// <summary>Takes a sample of what is about to be packed, evenly over all of it and bounded in bytes.</summary>
/// <param name="expectedBytes">Bytes of frames that will be shown to it.</param>
/// <param name="bytesMax">Bytes of the sample.</param>
internal sealed class CollectionSamples(long expectedBytes, long bytesMax)
{

    /// <summary>Records larger than this teach a dictionary little and would crowd the others out.</summary>
    private const int BodyBytesMax = 64 << 10;
    private const int CollectionsMax = 256;
    private readonly int _stride = (int)Math.Max(1, (expectedBytes + bytesMax - 1) / bytesMax);
    private readonly Dictionary<string, CollectionSample> _samples = new(StringComparer.Ordinal);
    private long _taken;
    private int _position;

    public IReadOnlyDictionary<string, CollectionSample> Samples => _samples;

    public void Add(Frame frame)
    {
        string collection = Encoding.UTF8.GetString(Keys.CollectionOf(frame.Key));
        if (!_samples.TryGetValue(collection, out CollectionSample? sample))
        {
            if (_samples.Count == CollectionsMax)
                return;
            _samples[collection] = sample = new CollectionSample();
        }

        int length = frame.KeyLength + frame.MetadataLength + frame.ValueLength;
        sample.Count(length);
        if (++_position % _stride != 0 || length > BodyBytesMax || _taken + length > bytesMax)
            return;
        _taken += length;
        sample.Take(frame.Bytes.Slice(Frame.HeaderBytes, length).ToArray());
    }
}
