using System.Runtime.CompilerServices;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// A state store of Dapr's as cold store, for places that allow no bucket. Sends every request once: wrap it in a
/// ResilientColdStore. An object is there once its head is; see FORMAT.md, <em>In a state store of Dapr's</em>. A state store without
/// etags is refused: the index of objects needs conditional writes.
/// </summary>
public sealed class DaprStateCold : IColdStore
{
    private const int HeadsAtOnce = 64;
    private const int DeletionsAtOnce = 4;
    private const int AttemptsMax = 10;

    private readonly DaprStateApi _api;
    private readonly DaprKeys _keys;
    private readonly DaprIndex _index;
    private readonly DaprParts _parts;
    private readonly DaprWrite _write;

    /// <summary>Uses a state store; nothing is asked of it yet.</summary>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public DaprStateCold(DaprColdOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Name = $"dapr://{options.StateStore}/{options.Prefix}";
        _api = new DaprStateApi(options, time);
        _keys = new DaprKeys(options.Prefix);
        _index = new DaprIndex(_api, _keys);
        _parts = new DaprParts(_api, _keys);
        _write = new DaprWrite(_api, _keys, _index, _parts, time);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="StoreException"><see cref="StoreFault.ColdRefused"/> also when etags are not honoured.</exception>
    public async ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation)
    {
        string key = _keys.Trial(DaprWrite.NewId());
        try
        {
            if (!await HonoursAsync(key, cancellation))
                throw ColdFailure.Refused("be used", "the state store does not honour etags and first-write, which the cold store needs.");
        }
        finally
        {
            await _api.DeleteAsync("be tried", key, null, cancellation);
        }

        return await ColdProbe.RunAsync(this, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation)
    {
        ColdName.Check(name);
        DaprHead head = _write.Begin(name, content.Length);
        if (head.Parts == 0)
            head = head with { Inline = content };
        return await _write.RunAsync(head, condition, () => _parts.WriteAsync(head, content, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        ColdName.Check(name);
        DaprHead head = _write.Begin(name, file.Length);
        if (head.Parts > 0)
            return await _write.RunAsync(head, condition, () => _parts.WriteAsync(head, file, cancellation), cancellation);
        byte[] content = new byte[file.Length];
        if (file.Read(content, 0) != content.Length)
            throw new ArgumentException("The file got shorter while it was read.", nameof(file));
        return await PutAsync(name, content, condition, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation)
    {
        ColdName.Check(name);
        return await _write.FindAsync(name, cancellation) is { } head ? new ColdHead(head.Length, head.Id, head.Written) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        ColdName.Check(name);
        return await WholeAsync(name, async head =>
        {
            if (head.Length > bytesMax)
                throw ColdFailure.TooLong(name, head.Length, bytesMax);
            if (head.Parts == 0)
                return new ColdObject(head.Inline, head.Id);
            byte[] content = new byte[head.Length];
            return await _parts.ReadAsync(head, 0, content, cancellation) ? new ColdObject(content, head.Id) : null;
        }, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ColdName.Check(name);
        object? read = await WholeAsync<object>(name, async head =>
        {
            if (offset > head.Length - destination.Length && destination.Length > 0)
                throw ColdFailure.TooShort(name, head.Length, offset + destination.Length);
            if (head.Parts > 0 && destination.Length > 0)
                return await _parts.ReadAsync(head, offset, destination, cancellation) ? head : null;
            if (destination.Length > 0)
                head.Inline.Slice((int)offset, destination.Length).CopyTo(destination);
            return head;
        }, cancellation);
        return read is not null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColdEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ColdName.CheckPrefix(prefix);
        List<IndexEntry> entries = await _index.ReadAsync(cancellation);
        IEnumerable<string> names = entries.Select(static entry => entry.Name)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
        foreach (string[] some in names.Chunk(HeadsAtOnce))
        {
            foreach (DaprHead? head in await HeadsAsync(some, cancellation))
            {
                if (head is not null)
                    yield return new ColdEntry(head.Name, head.Length, head.Written);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
            ColdName.Check(name);
        var gone = new List<(string, string)>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(names, limits, async (name, stop) =>
        {
            if (await DeleteHeadAsync(name, stop) is not { } head)
                return;
            await _parts.DeleteAsync(head.Id, head.Parts, stop);
            lock (gone)
                gone.Add((name, head.Id));
        });
        await _index.RemoveAsync(gone, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        int discarded = 0;
        long before = begunBefore.ToUnixTimeMilliseconds();
        List<IndexEntry> entries = await _index.ReadAsync(cancellation);
        foreach (IndexEntry[] some in entries.Where(entry => entry.BegunMs < before).Chunk(HeadsAtOnce))
        {
            DaprHead?[] heads = await HeadsAsync([.. some.Select(static entry => entry.Name)], cancellation);
            IndexEntry[] dead = [.. some.Where((entry, i) => heads[i]?.Id != entry.Id)];
            foreach (IndexEntry entry in dead)
                await _parts.DeleteAsync(entry.Id, entry.Parts, cancellation);
            await _index.RemoveAsync(dead.Select(static entry => (entry.Name, entry.Id)), cancellation);
            discarded += dead.Length;
        }

        return discarded;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Dispose();
        _api.Dispose();
    }

    private async Task<bool> HonoursAsync(string key, CancellationToken cancellation)
    {
        const string Tried = "be tried";
        byte[] record = DaprRecord.Write("trial", "1", []), other = DaprRecord.Write("trial", "2", []);
        await _api.SaveAsync(Tried, key, record, ColdCondition.IfAbsent, cancellation);
        if (await _api.GetAsync(Tried, key, cancellation) is not { } first)
            return false;
        var old = ColdCondition.IfVersion(first.Etag);
        return await _api.SaveAsync(Tried, key, other, old, cancellation)
            && !await _api.SaveAsync(Tried, key, record, old, cancellation)
            && !await _api.SaveAsync(Tried, key, record, ColdCondition.IfAbsent, cancellation)
            && !await _api.DeleteAsync(Tried, key, first.Etag, cancellation)
            && await _api.GetAsync(Tried, key, cancellation) is { } last && last.Bytes.Span.SequenceEqual(other);
    }

    // Between head and parts an object may be replaced and its parts be gone: then there is another head.
    private async Task<T?> WholeAsync<T>(string name, Func<DaprHead, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        string? tried = null;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _write.FindAsync(name, cancellation) is not { } head)
                return null;
            if (head.Id == tried)
                throw ColdFailure.Damaged(name, "lacks a part");
            if (await read(head) is { } whole)
                return whole;
            tried = head.Id;
        }

        throw ColdFailure.Unavailable($"read {name}", "it is replaced again and again.");
    }

    private async Task<DaprHead?[]> HeadsAsync(string[] names, CancellationToken cancellation)
    {
        string[] wanted = [.. names.Select(_keys.Head).Distinct()];
        IReadOnlyList<DaprFound?> found = await _api.GetManyAsync("list", wanted, cancellation);
        var byKey = wanted.Zip(found).ToDictionary(static pair => pair.First, static pair => pair.Second);
        return [.. names.Select(name => byKey[_keys.Head(name)] is { } head ? DaprHead.Read(name, head) : null)];
    }

    private async Task<DaprHead?> DeleteHeadAsync(string name, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _write.FindAsync(name, cancellation) is not { } head)
                return null;
            if (await _api.DeleteAsync($"delete {name}", _keys.Head(name), head.Etag, cancellation))
                return head;
        }

        throw ColdFailure.Conflict($"delete {name}");
    }
}
