using System.Security.Cryptography;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// How an object comes to be: written down in the index, then its parts, then its head, by condition; then what it replaced goes.
/// A process that ends in between leaves an entry of the index that no head confirms, which is discarded by age.
/// </summary>
internal sealed class DaprWrite(DaprStateApi api, DaprKeys keys, DaprIndex index, DaprParts parts, TimeProvider time)
{
    private const int AttemptsMax = 10;

    // Shorter than the least age at which unfinished uploads are discarded: a head must never name parts that are gone.
    private static readonly TimeSpan UploadLimit = TimeSpan.FromMinutes(8);

    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The head of an object that is about to be written.</summary>
    public DaprHead Begin(string name, long length) => length <= (long)DaprHead.PartBytes * DaprHead.PartsMax
        ? new DaprHead(name, NewId(), length, time.GetUtcNow())
        : throw new ArgumentException($"An object of {length:N0} bytes is longer than {DaprHead.PartsMax:N0} parts.", nameof(length));

    /// <summary>The head of an object; null when there is none.</summary>
    public async Task<DaprHead?> FindAsync(string name, CancellationToken cancellation) =>
        await api.GetAsync($"look at {name}", keys.Head(name), cancellation) is { } found ? DaprHead.Read(name, found) : null;

    /// <summary>Writes an object whole, once the condition holds.</summary>
    public async Task<ColdPut> RunAsync(DaprHead head, ColdCondition condition, Func<Task> sendParts, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        long began = time.GetTimestamp();
        DaprHead? present = await FindAsync(head.Name, cancellation);
        if (!Holds(present, condition))
            return ColdPut.ConditionFailed;
        await index.AddAsync(
            new IndexEntry(head.Name, head.Id, head.Parts, head.Written.ToUnixTimeMilliseconds()), cancellation);
        await sendParts();
        if (time.GetElapsedTime(began) > UploadLimit)
            throw ColdFailure.Unavailable($"write {head.Name}", $"it took longer than {UploadLimit.TotalMinutes:N0} minutes.");
        return await PublishAsync(head, present, condition, cancellation);
    }

    private static bool Holds(DaprHead? present, ColdCondition condition) =>
        condition.IsNone || (condition.IsAbsent ? present is null : present?.Id == condition.Version);

    // The head replaces exactly the one that was read, so that each generation has one successor, who clears it away.
    private async Task<ColdPut> PublishAsync(
        DaprHead head, DaprHead? present, ColdCondition condition, CancellationToken cancellation)
    {
        byte[] record = head.ToRecord();
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ColdCondition version = present is null ? ColdCondition.IfAbsent : ColdCondition.IfVersion(present.Etag);
            if (await api.SaveAsync($"write {head.Name}", keys.Head(head.Name), record, version, cancellation))
                return await DoneAsync(head, present, cancellation);
            DaprHead? now = await FindAsync(head.Name, cancellation);

            // A connection that broke may have carried the same request twice: then the second was refused because of the first.
            if (now?.Id == head.Id)
                return await DoneAsync(head, present, cancellation);
            if (!Holds(now, condition))
            {
                await ForgetAsync(head, cancellation);
                return ColdPut.ConditionFailed;
            }

            present = now;
        }

        throw ColdFailure.Conflict($"write {head.Name}");
    }

    private async Task<ColdPut> DoneAsync(DaprHead head, DaprHead? replaced, CancellationToken cancellation)
    {
        if (replaced is not null)
            await ForgetAsync(replaced, cancellation);
        return ColdPut.Done(head.Id);
    }

    private async Task ForgetAsync(DaprHead gone, CancellationToken cancellation)
    {
        try
        {
            await parts.DeleteAsync(gone.Id, gone.Parts, cancellation);
            await index.RemoveAsync([(gone.Name, gone.Id)], cancellation);
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            // The write itself is decided; what stays is discarded as unfinished some day.
        }
    }
}
