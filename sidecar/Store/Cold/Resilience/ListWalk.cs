namespace Thermocline.Store.Cold.Resilience;

/// <summary>Goes through a listing in pieces; after a failure the next piece starts the listing anew and skips what was seen.</summary>
internal sealed class ListWalk(IColdStore store, string prefix) : IAsyncDisposable
{
    private CancellationTokenSource? _stop;
    private IAsyncEnumerator<ColdEntry>? _entries;
    private string _last = "";

    /// <summary>The next entries: as many as asked for, or fewer at the end.</summary>
    public async ValueTask<IReadOnlyList<ColdEntry>> NextAsync(int count, CancellationToken cancellation)
    {
        if (_entries is null)
        {
            _stop = new CancellationTokenSource();
            _entries = store.ListAsync(prefix, _stop.Token).GetAsyncEnumerator(_stop.Token);
        }

        // The listing outlives the attempt it was begun in, so each attempt ends it by a token of its own.
        CancellationTokenSource stop = _stop!;
        using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), stop);
        var piece = new List<ColdEntry>();
        try
        {
            while (piece.Count < count && await _entries.MoveNextAsync())
            {
                if (string.CompareOrdinal(_entries.Current.Name, _last) > 0)
                    piece.Add(_entries.Current);
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        if (piece.Count > 0)
            _last = piece[^1].Name;
        return piece;
    }

    public async ValueTask DisposeAsync()
    {
        if (_entries is not null)
            await _entries.DisposeAsync();
        _entries = null;
        _stop?.Dispose();
        _stop = null;
    }
}
