using Thermocline.Memory.Announcing;
using Thermocline.Memory.Caches;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;
using Thermocline.Memory.Search;
using Thermocline.Store;

namespace Thermocline.Memory;

/// <summary>
/// Memories on a store: saved, read, deleted and searched. Does not own the store. All members may be called from many
/// threads at once.
/// </summary>
public sealed class Memories : IDisposable
{
    private readonly TieredStore _store;
    private readonly TimeProvider _time;
    private readonly IdSource _ids;
    private readonly int _contentBytesMax;
    private readonly MemoryCaches _caches;
    private readonly Announcements? _announcements;
    private readonly SemaphoreSlim _searches = new(MemoryLimits.SearchesAtOnceMax, MemoryLimits.SearchesAtOnceMax);

    /// <summary>Memories on a store.</summary>
    /// <param name="store">Where they are kept.</param>
    /// <param name="time">Clock of new memories and of the age in a search.</param>
    /// <param name="ids">Source of identifiers.</param>
    /// <param name="contentBytesMax">Largest content: the store's largest value.</param>
    /// <param name="announcements">What is told of saves; null when nobody is told.</param>
    public Memories(TieredStore store, TimeProvider time, IdSource ids, int contentBytesMax, Announcements? announcements = null)
    {
        _announcements = announcements;
        _store = store;
        _time = time;
        _ids = ids;
        _contentBytesMax = contentBytesMax;
        _caches = new MemoryCaches(time, store.Memory.Ledger);
    }

    /// <summary>Saves one draft; the paths of its mistakes start at its fields.</summary>
    /// <exception cref="StoreException">The store failed; the fate of the draft is unknown.</exception>
    public async ValueTask<SaveAnswer> SaveAsync(MemoryDraft draft)
    {
        WriteOperation[]? batch = Prepare([draft], static _ => "", out SavedMemory[] saved, out SaveAnswer? refusal);
        return batch is null ? refusal! : Answer(await WriteAsync(batch, [draft], saved), saved);
    }

    /// <summary>Saves drafts, all or none. A draft whose identifier is taken refuses the batch.</summary>
    /// <exception cref="StoreException">The store failed; the fate of the batch is unknown.</exception>
    public async ValueTask<SaveAnswer> SaveAsync(IReadOnlyList<MemoryDraft> drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        WriteOperation[]? batch = Prepare(drafts, Indexed, out SavedMemory[] saved, out SaveAnswer? refusal);
        return batch is null ? refusal! : Answer(await WriteAsync(batch, drafts, saved), saved);
    }

    /// <summary>
    /// Saves the drafts whose identifiers are not taken, and leaves the others as they are: saving again changes
    /// nothing. The new ones of one call are saved all or none.
    /// </summary>
    /// <exception cref="StoreException">The store failed; the fate of the batch is unknown.</exception>
    public async ValueTask<SaveAnswer> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        WriteOperation[]? batch = Prepare(drafts, Indexed, out SavedMemory[] saved, out SaveAnswer? refusal);
        if (batch is null)
            return refusal!;
        var absent = new AbsentBatch(batch, rest => WriteAsync(rest, drafts, saved), index => saved[index] = saved[index] with { Created = false });
        return await absent.WriteAsync(_store) is { } written
            ? Answer(written, saved)
            : new SaveAnswer(SaveOutcome.Saved) { Memories = saved, Durable = _store.Durability == DurabilityPolicy.Always };
    }

    /// <summary>Checks drafts as a save would, and writes nothing.</summary>
    public IReadOnlyList<Mistake> Check(IReadOnlyList<MemoryDraft> drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return Prepare(drafts, Indexed, out _, out SaveAnswer? refusal) is null ? refusal!.Mistakes : [];
    }

    /// <summary>Reads a memory, or null when there is none.</summary>
    /// <exception cref="StoreException">The frame is damaged, or the disk failed.</exception>
    public MemoryRecord? Read(MemoryId id)
    {
        Span<byte> key = stackalloc byte[MemoryKeys.Length];
        MemoryKeys.Write(id, key);
        using ReadLease lease = _store.Read(key);
        return lease.Found ? FieldsReader.Read(id, lease) : null;
    }

    /// <summary>Deletes a memory.</summary>
    /// <exception cref="StoreException">The store failed; the fate of the delete is unknown.</exception>
    public async ValueTask<DeleteAnswer> DeleteAsync(MemoryId id)
    {
        WriteAnswer answer = await _store.WriteAsync(new WriteOperation { Key = MemoryKeys.Of(id), Delete = true });
        DeleteOutcome outcome = answer.Outcome switch
        {
            WriteOutcome.Done => DeleteOutcome.Deleted,
            WriteOutcome.Absent => DeleteOutcome.Absent,
            WriteOutcome.Busy => DeleteOutcome.Busy,
            WriteOutcome.ConditionFailed or WriteOutcome.TooLarge or WriteOutcome.Invalid =>
                throw new InvalidOperationException($"A delete of a memory was answered {answer.Outcome}."),
        };
        return new DeleteAnswer(outcome, answer.Durable);
    }

    /// <summary>The bytes of everything that is kept here only to be quick.</summary>
    public CacheBudget Caches => _caches.Budget;

    /// <summary>Whether there is any memory.</summary>
    public bool IsEmpty => _store.List(MemoryKeys.Prefix(), [], 1).Keys.Count == 0;

    /// <summary>
    /// Searches the memories as they are now. The answer holds a snapshot: read its hits, then dispose it.
    /// </summary>
    /// <exception cref="StoreException">The disk failed, or too many snapshots are open.</exception>
    public async ValueTask<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<Mistake> mistakes = SearchRules.Check(request);
        if (mistakes.Count > 0)
            return SearchAnswer.Refused(SearchOutcome.Mistaken, mistakes);
        if (!_searches.Wait(0, cancellation))
            return SearchAnswer.Refused(SearchOutcome.Busy, []);
        StoreSnapshot? snapshot = null;
        try
        {
            long started = _time.GetTimestamp();
            snapshot = _store.Snapshot();
            bool isCached = _caches.Searches.TryFind(request, snapshot.Sequence, out SearchFigures? figures);
            if (!isCached)
            {
                figures = await new KeywordScan(snapshot, request, _time).RunAsync(cancellation);
                // The next search may find the cold store back.
                if (figures.Unavailable == 0)
                    _caches.Searches.Add(request, figures);
            }

            return new SearchAnswer(figures!, snapshot, () => _searches.Release())
            {
                Cached = isCached,
                Took = _time.GetElapsedTime(started),
            };
        }
        catch
        {
            // From here on nobody else holds them; a finished search gives them back when its answer is disposed.
            snapshot?.Dispose();
            _searches.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _searches.Dispose();
        _caches.Dispose();
    }

    private WriteOperation[]? Prepare(
        IReadOnlyList<MemoryDraft> drafts, Func<int, string> pathOf, out SavedMemory[] saved, out SaveAnswer? refusal)
    {
        saved = new SavedMemory[drafts.Count];
        var mistakes = new MistakeList();
        if (drafts.Count == 0)
            mistakes.Add("", "empty", "At least one memory is needed.");
        if (drafts.Count > Limits.BatchOperationsMax)
            mistakes.Add("", "too-long", $"{drafts.Count:N0} memories; at most {Limits.BatchOperationsMax:N0} are taken at once.");
        if (!mistakes.IsEmpty)
            return Refuse(mistakes, out refusal);

        var batch = new WriteOperation[drafts.Count];
        for (int i = 0; i < drafts.Count; i++)
            batch[i] = PrepareOne(drafts[i], pathOf(i), mistakes, out saved[i]);

        refusal = null;
        return mistakes.IsEmpty ? batch : Refuse(mistakes, out refusal);
    }

    private ValueTask<WriteAnswer> WriteAsync(WriteOperation[] batch, IReadOnlyList<MemoryDraft> drafts, SavedMemory[] saved) =>
        _announcements is null ? _store.WriteAsync(batch) : _announcements.WriteAsync(batch, drafts, saved);

    private static string Indexed(int index) => $"[{index}]";

    private static WriteOperation[]? Refuse(MistakeList mistakes, out SaveAnswer? refusal)
    {
        refusal = new SaveAnswer(SaveOutcome.Mistaken) { Mistakes = mistakes.Items };
        return null;
    }

    private WriteOperation PrepareOne(MemoryDraft draft, string path, MistakeList mistakes, out SavedMemory saved)
    {
        int before = mistakes.Items.Count;
        DraftRules.Check(draft, path, _contentBytesMax, mistakes);
        saved = default;
        if (mistakes.Items.Count > before || before == MemoryLimits.MistakesMax)
            return default;

        MemoryId id = draft.Id ?? (draft.CreatedAt is { } at ? _ids.At(at.ToUnixTimeMilliseconds()) : _ids.Next());
        DateTimeOffset created = draft.CreatedAt
            ?? (draft.Id is null ? DateTimeOffset.FromUnixTimeMilliseconds(id.TimeMs) : _time.GetUtcNow());
        byte[] fields = FieldsWriter.Write(draft, created.ToUnixTimeMilliseconds());
        if (fields.Length > Limits.MetadataBytesMax)
        {
            mistakes.Add(path, "too-long",
                $"The fields beside the content have {fields.Length:N0} bytes together; at most {Limits.MetadataBytesMax:N0} are taken.");
        }

        saved = new SavedMemory(id, created, true);
        return new WriteOperation
        {
            Key = MemoryKeys.Of(id),
            Value = draft.Content,
            Metadata = fields,
            // A new identifier has 80 random bits; the condition still turns the impossible into an error, not a loss.
            Condition = Condition.IfAbsent,
        };
    }

    private static SaveAnswer Answer(WriteAnswer written, SavedMemory[] saved) => written.Outcome switch
    {
        WriteOutcome.Done => new SaveAnswer(SaveOutcome.Saved) { Memories = saved, Durable = written.Durable, Sequence = written.Sequence },
        WriteOutcome.ConditionFailed => new SaveAnswer(SaveOutcome.Exists) { ExistingIndex = written.FailedOperation },
        WriteOutcome.Busy => new SaveAnswer(SaveOutcome.Busy),
        WriteOutcome.TooLarge => new SaveAnswer(SaveOutcome.TooLarge),
        WriteOutcome.Absent or WriteOutcome.Invalid =>
            throw new InvalidOperationException($"A save of memories was answered {written.Outcome}."),
    };
}
