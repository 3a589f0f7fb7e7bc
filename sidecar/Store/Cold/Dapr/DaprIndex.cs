using System.Globalization;
using System.Text;
using Thermocline.Store.Format;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// Which generations of which objects there may be, since the API lists no keys: 64 pages, each replaced on condition of its
/// version. An entry without an object is harmless; an object without an entry there never is.
/// </summary>
internal sealed class DaprIndex(DaprStateApi api, DaprKeys keys) : IDisposable
{
    private const int Pages = 64;
    private const int PagesAtOnce = 8;
    private const int PageBytesMax = 256 << 10;
    private const int AttemptsMax = 32;
    private const string Kind = "index";

    // Writers of one process would only make each other repeat.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Pages).Select(static _ => new SemaphoreSlim(1))];

    /// <summary>Writes an entry down.</summary>
    /// <exception cref="StoreException">It may or may not be there; <see cref="StoreFault.Full"/> when its page is full.</exception>
    public Task AddAsync(IndexEntry entry, CancellationToken cancellation) =>
        ChangeAsync(PageOf(entry.Name), entries => entries.Add(entry), cancellation);

    /// <summary>Strikes entries out.</summary>
    /// <exception cref="StoreException">Some may still be there.</exception>
    public async Task RemoveAsync(IEnumerable<(string Name, string Id)> gone, CancellationToken cancellation)
    {
        foreach (IGrouping<int, (string Name, string Id)> page in gone.GroupBy(static each => PageOf(each.Name)))
        {
            HashSet<string> ids = [.. page.Select(static each => each.Id)];
            await ChangeAsync(page.Key, entries => entries.RemoveWhere(entry => ids.Contains(entry.Id)) > 0, cancellation);
        }
    }

    /// <summary>Every entry.</summary>
    public async Task<List<IndexEntry>> ReadAsync(CancellationToken cancellation)
    {
        var all = new List<IndexEntry>();
        foreach (int[] some in Enumerable.Range(0, Pages).Chunk(PagesAtOnce))
        {
            IReadOnlyList<DaprFound?> found = await api.GetManyAsync("list", [.. some.Select(keys.Page)], cancellation);
            for (int i = 0; i < some.Length; i++)
                all.AddRange(Parse(some[i], found[i]));
        }

        return all;
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim turn in _turns)
            turn.Dispose();
    }

    private static int PageOf(string name) => (int)(Checksum.Of(Encoding.ASCII.GetBytes(name)) % Pages);

    private async Task ChangeAsync(int page, Func<HashSet<IndexEntry>, bool> change, CancellationToken cancellation)
    {
        await _turns[page].WaitAsync(cancellation);
        try
        {
            for (int attempt = 0; attempt < AttemptsMax; attempt++)
            {
                DaprFound? found = await api.GetAsync("read the index", keys.Page(page), cancellation);
                HashSet<IndexEntry> entries = Parse(page, found);
                if (!change(entries) || await SaveAsync(page, entries, found, cancellation))
                    return;
            }
        }
        finally
        {
            _turns[page].Release();
        }

        throw ColdFailure.Conflict("change the index");
    }

    private Task<bool> SaveAsync(int page, HashSet<IndexEntry> entries, DaprFound? found, CancellationToken cancellation)
    {
        byte[] body = Encoding.ASCII.GetBytes(string.Concat(entries.Select(static entry => $"{entry}\n")));
        if (body.Length > PageBytesMax && body.Length > (found?.Bytes.Length ?? 0))
            throw new StoreException(StoreFault.Full, $"The index of the cold store is full: page {page} has {PageBytesMax:N0} bytes.");
        byte[] record = DaprRecord.Write(Kind, page.ToString(CultureInfo.InvariantCulture), body);
        ColdCondition condition = found is null ? ColdCondition.IfAbsent : ColdCondition.IfVersion(found.Etag);
        return api.SaveAsync("write the index", keys.Page(page), record, condition, cancellation);
    }

    private HashSet<IndexEntry> Parse(int page, DaprFound? found)
    {
        if (found is null)
            return [];
        string key = keys.Page(page);
        DaprRecord record = DaprRecord.Read(key, found.Bytes, Kind, 1);
        if (record.Words[0] != page.ToString(CultureInfo.InvariantCulture))
            throw ColdFailure.Damaged(key, "is another page");
        var entries = new HashSet<IndexEntry>();
        foreach (string line in Encoding.ASCII.GetString(record.Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IndexEntry.TryParse(line, out IndexEntry entry))
                throw ColdFailure.Damaged(key, "has an entry that makes no sense");
            entries.Add(entry);
        }

        return entries;
    }
}
