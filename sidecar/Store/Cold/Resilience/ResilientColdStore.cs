using System.Runtime.CompilerServices;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Resilience;

/// <summary>
/// Another cold store, asked patiently: requests that may succeed the second time are repeated, none waits for ever, and a store
/// that is away is left alone for a while. A write whose answer was lost is looked up, so that it is not reported as failed
/// when it took place. Owns the other store.
/// </summary>
public sealed class ResilientColdStore : IColdStore
{
    private const int ListEntries = 1000;
    private const int DeletedNames = 100;

    private readonly IColdStore _inner;
    private readonly ColdCounters _counters;
    private readonly ColdPipeline _pipeline;

    /// <summary>Wraps a store.</summary>
    /// <param name="inner">The store that is asked.</param>
    /// <param name="options">How patiently.</param>
    /// <param name="time">The clock of pauses and limits.</param>
    /// <param name="randomizer">Draws between 0 and 1 for the jitter of pauses; null for a generator of its own.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public ResilientColdStore(IColdStore inner, ResilienceOptions options, TimeProvider time, Func<double>? randomizer = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _inner = inner;
        _counters = new ColdCounters(time);
        _pipeline = new ColdPipeline(options, _counters, time, randomizer);
    }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <summary>Figures of this moment.</summary>
    public ColdStatus Status => _counters.Snapshot(Name, _pipeline.Circuit);

    /// <inheritdoc/>
    public async ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation) =>
        (await _pipeline.RunAsync<ColdAbilities>(
            ColdOperation.Probe, 0, async stop => new(await _inner.ProbeAsync(stop)), cancellation)).Answer;

    /// <inheritdoc/>
    public ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation) =>
        WriteAsync(
            ColdOperation.Put, content.Length, stop => _inner.PutAsync(name, content, condition, stop),
            () => LostWrite.FindAsync(this, name, content, cancellation), cancellation);

    /// <inheritdoc/>
    public ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        return WriteAsync(
            ColdOperation.Upload, file.Length, stop => _inner.UploadAsync(name, file, condition, stop),
            () => LostWrite.FindAsync(this, name, file, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation) =>
        (await _pipeline.RunAsync<ColdHead?>(
            ColdOperation.Head, 0, async stop => new(await _inner.HeadAsync(name, stop)), cancellation)).Answer;

    /// <inheritdoc/>
    public async ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation) =>
        (await _pipeline.RunAsync<ColdObject?>(
            ColdOperation.Get, bytesMax, async stop =>
            {
                ColdObject? found = await _inner.GetAsync(name, bytesMax, stop);
                return new(found, BytesIn: found?.Content.Length ?? 0);
            }, cancellation)).Answer;

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellation) =>
        (await _pipeline.RunAsync<bool>(
            ColdOperation.Read, destination.Length, async stop =>
            {
                bool found = await _inner.ReadAsync(name, offset, destination, stop);
                return new(found, BytesIn: found ? destination.Length : 0);
            }, cancellation)).Answer;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColdEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var walk = new ListWalk(_inner, prefix);
        while (true)
        {
            ColdMoved<IReadOnlyList<ColdEntry>> piece = await _pipeline.RunAsync<IReadOnlyList<ColdEntry>>(
                ColdOperation.List, 0, async stop => new(await walk.NextAsync(ListEntries, stop)), cancellation);
            foreach (ColdEntry entry in piece.Answer)
                yield return entry;
            if (piece.Answer.Count < ListEntries)
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string[] some in names.Chunk(DeletedNames))
        {
            await _pipeline.RunAsync<bool>(ColdOperation.Delete, 0, async stop =>
            {
                await _inner.DeleteAsync(some, stop);
                return new(true);
            }, cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation) =>
        (await _pipeline.RunAsync<int>(
            ColdOperation.Discard, 0, async stop => new(await _inner.DiscardUnfinishedAsync(begunBefore, stop)), cancellation)).Answer;

    /// <inheritdoc/>
    public void Dispose() => _inner.Dispose();

    private async ValueTask<ColdPut> WriteAsync(
        ColdOperation operation,
        long length,
        Func<CancellationToken, ValueTask<ColdPut>> send,
        Func<ValueTask<string?>> find,
        CancellationToken cancellation)
    {
        bool unsure = false;
        async ValueTask<ColdMoved<ColdPut>> SendAsync(CancellationToken stop)
        {
            try
            {
                ColdPut put = await send(stop);
                return new(put, BytesOut: put.IsDone ? length : 0);
            }
            catch (Exception failure) when (failure is OperationCanceledException or StoreException { Fault: StoreFault.ColdUnavailable })
            {
                unsure = unsure || !ColdFailure.IsConflict(failure);
                throw;
            }
        }

        try
        {
            ColdPut put = (await _pipeline.RunAsync<ColdPut>(operation, length, SendAsync, cancellation)).Answer;

            // An earlier attempt may have taken place without our knowing, and so have broken the condition of this one.
            return !put.IsDone && unsure && await find() is { } tag ? Found(tag) : put;
        }
        catch (StoreException lost) when (unsure && lost.Fault == StoreFault.ColdUnavailable)
        {
            if (await LostWrite.TryAsync(find) is { } tag)
                return Found(tag);
            throw;
        }
    }

    private ColdPut Found(string tag)
    {
        _counters.FoundLostAnswer();
        return ColdPut.Done(tag);
    }
}
