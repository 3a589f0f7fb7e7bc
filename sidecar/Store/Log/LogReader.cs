using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>Finds the file of an address and reads single frames from it.</summary>
internal sealed class LogReader
{
    private readonly Lock _changing = new();
    private LogView _view = LogView.Empty;

    /// <summary>The files of the log.</summary>
    public LogView View => Volatile.Read(ref _view);

    /// <summary>Changes the view: the committer adds segments, the packer replaces them.</summary>
    public void Change(Func<LogView, LogView> change)
    {
        lock (_changing)
            Volatile.Write(ref _view, change(_view));
    }

    /// <inheritdoc cref="ISegment.TryRead"/>
    public byte[]? TryRead(Address address, ReadOnlySpan<byte> key, out Tier tier)
    {
        while (true)
        {
            LogView view = View;
            try
            {
                return SegmentOf(view, address).TryRead(address, key, out tier);
            }
            catch (ObjectDisposedException) when (View != view)
            {
                // Packed under our hands: the record has the same address in the file that took its place.
            }
        }
    }

    /// <inheritdoc cref="ISegment.IsOfKey"/>
    public bool IsOfKey(Address address, ReadOnlySpan<byte> key)
    {
        while (true)
        {
            LogView view = View;
            try
            {
                return view.Find(address.Segment)?.IsOfKey(address, key) ?? true;
            }
            catch (ObjectDisposedException) when (View != view)
            {
                // As above.
            }
        }
    }

    /// <inheritdoc cref="ISegment.FetchAsync"/>
    public async ValueTask FetchAsync(Address address, CancellationToken cancellation)
    {
        while (true)
        {
            LogView view = View;
            try
            {
                await SegmentOf(view, address).FetchAsync(address, cancellation);
                return;
            }
            catch (ObjectDisposedException) when (View != view)
            {
                // As above.
            }
        }
    }

    private static ISegment SegmentOf(LogView view, Address address) =>
        view.Find(address.Segment) ?? throw new StoreException(
            StoreFault.Damaged, $"Segment {address.Segment} is missing from the data folder.", null, address.Offset);
}
