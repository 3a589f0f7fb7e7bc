using Thermocline.Store.Files;

namespace Thermocline.Store.Cold;

/// <summary>
/// The one seam between the engine and whatever keeps its cold objects: a bucket, a folder, or a store of your own. Objects
/// have names that the engine makes (see <see cref="ColdName"/>) and are written whole or not at all. All members may be
/// called by several threads at once.
/// </summary>
/// <remarks>
/// Expected answers are return values. Everything else is a <see cref="StoreException"/>:
/// <see cref="StoreFault.ColdUnavailable"/> when trying again may help (no connection, a time-out, an answer that was cut or of
/// the wrong length, a server's own failure), <see cref="StoreFault.ColdRefused"/> when somebody has to change something (wrong
/// credentials, no right, no such bucket), <see cref="StoreFault.Damaged"/> when the object is not what was written. No message
/// contains a credential. A condition asked of a store that has no conditional writes is <see cref="StoreFault.ColdRefused"/>.
/// Cancellation raises <see cref="OperationCanceledException"/>; whether a cancelled write took place is
/// unknown, as it is after <see cref="StoreFault.ColdUnavailable"/>.
/// </remarks>
public interface IColdStore : IDisposable
{
    /// <summary>Which store this is, for messages: bucket and prefix, or the folder. Never a credential.</summary>
    string Name { get; }

    /// <summary>Finds out by trying, on an object that is removed again, what the store does; proves that it can be written.</summary>
    /// <exception cref="StoreException">It cannot be reached, or refuses.</exception>
    ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation);

    /// <summary>Writes a small object whole, once <paramref name="condition"/> holds. Done means durable.</summary>
    /// <exception cref="StoreException">It may or may not have been written.</exception>
    ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation);

    /// <summary>
    /// Writes an object of any size from a file that nobody changes meanwhile, in bounded memory. It appears whole or not at all.
    /// </summary>
    /// <exception cref="StoreException">It may or may not have been written.</exception>
    ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation);

    /// <summary>Asks what an object is without fetching it; null when there is none.</summary>
    /// <exception cref="StoreException">It cannot be reached, or refuses.</exception>
    ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation);

    /// <summary>Fetches a whole small object with its version tag; null when there is none.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreFault.Damaged"/> when it is longer than <paramref name="bytesMax"/>, which is checked before anything of
    /// that length is allocated.
    /// </exception>
    ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation);

    /// <summary>
    /// Fetches exactly the bytes from <paramref name="offset"/> that fill the destination; false when there is no such object.
    /// </summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreFault.Damaged"/> when the object ends before; <see cref="StoreFault.ColdUnavailable"/> when the answer does.
    /// </exception>
    ValueTask<bool> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation);

    /// <summary>
    /// Lists the objects whose names start with a prefix (any beginning of a name, or nothing), in ordinal order of names,
    /// page by page. Objects written or deleted meanwhile may be seen or not.
    /// </summary>
    IAsyncEnumerable<ColdEntry> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Deletes objects. Those that do not exist are done already.</summary>
    /// <exception cref="StoreException">Some may have been deleted.</exception>
    ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation);

    /// <summary>
    /// Discards what uploads that were begun before a moment and never finished have left, and says how many. Such remains are
    /// in no listing, but cost space for ever.
    /// </summary>
    /// <exception cref="StoreException">Some may have been discarded.</exception>
    ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation);
}
