using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Records;

/// <summary>Lists keys over all files of the log, making key tables again that turn out to be damaged.</summary>
internal sealed class Listings(LogReader log, DamageLog damages)
{
    /// <summary>One page of keys.</summary>
    /// <exception cref="StoreException">The world failed.</exception>
    public ListPage Read(Address end, long nowMs, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit)
    {
        while (true)
        {
            LogView view = log.View;
            try
            {
                return new Listing(view.Segments, end, nowMs, KeysOf).Read(prefix, after, limit);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged && KeysCanBeRemade(view, failure))
            {
                damages.Add(failure);
            }
            catch (ObjectDisposedException) when (log.View != view)
            {
                // Packed under our hands: the new file has the same keys.
            }
        }
    }

    private IKeySource KeysOf(ISegment segment) => segment.Keys ??= segment.OpenKeys(damages.Add);

    /// <summary>Replaces a damaged key table by one made from the frames; false when that was done before.</summary>
    private bool KeysCanBeRemade(LogView view, StoreException failure)
    {
        foreach (ISegment segment in view.Segments)
        {
            if (segment.Path == failure.File && segment.Keys is not TailKeys)
            {
                segment.Keys = failure.Offset == 0 ? new TailKeys() : segment.ScanKeys(damages.Add);
                return true;
            }
        }

        return false;
    }
}
