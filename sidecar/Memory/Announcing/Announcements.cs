using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Thermocline.Store;

namespace Thermocline.Memory.Announcing;

/// <summary>
/// Saves that are to be told to others. What there is to tell is stored in the batch that saves the memories, and deleted once the teller
/// says that it is told: a process that ends in between tells again. Saves may come from many threads, the teller is one.
/// </summary>
public sealed class Announcements
{
    private readonly TieredStore _store;
    private readonly AnnouncementOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<Announcement> _waiting = Channel.CreateUnbounded<Announcement>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private int _memories;

    private Announcements(TieredStore store, AnnouncementOptions options, TimeProvider time)
    {
        _store = store;
        _options = options;
        _time = time;
    }

    /// <summary>Memories that are saved, or being saved, and not told.</summary>
    public int Waiting => Volatile.Read(ref _memories);

    /// <summary>Begins with what an earlier process left.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public static Announcements Open(TieredStore store, AnnouncementOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MemoriesMax is < Limits.BatchOperationsMax or > 10_000_000)
            throw new ArgumentException($"MemoriesMax is {options.MemoriesMax:N0}; it may be {Limits.BatchOperationsMax:N0} to 10,000,000.", nameof(options));
        if (options.WaitMax < TimeSpan.Zero || options.WaitMax > TimeSpan.FromMinutes(1))
            throw new ArgumentException("WaitMax may be 0 to 1 minute.", nameof(options));
        var announcements = new Announcements(store, options, time);
        announcements.Recall();
        return announcements;
    }

    /// <summary>The next saves in their order, at least one and of at most so many memories, or of the first save alone.</summary>
    public async ValueTask<IReadOnlyList<Announcement>> TakeAsync(int memoriesMax, CancellationToken cancellation)
    {
        var taken = new List<Announcement> { await _waiting.Reader.ReadAsync(cancellation) };
        int memories = taken[0].Count;
        while (_waiting.Reader.TryPeek(out Announcement next) && memories + next.Count <= memoriesMax && _waiting.Reader.TryRead(out next))
        {
            taken.Add(next);
            memories += next.Count;
        }

        return taken;
    }

    /// <summary>What a save tells; empty when it never took place.</summary>
    /// <exception cref="StoreException">It cannot be read now, or is damaged.</exception>
    /// <exception cref="System.Text.Json.JsonException">It is not what was written.</exception>
    public async ValueTask<IReadOnlyList<AnnouncedWrite>> ReadAsync(Announcement announcement, CancellationToken cancellation)
    {
        byte[] key = AnnouncementKeys.Of(announcement);
        // What waits for long may have left the disk.
        await _store.FetchAsync(key, cancellation);
        return Read(key);
    }

    /// <summary>These are told. False when too many writes wait: say it again later.</summary>
    /// <exception cref="StoreException">The store failed; they may be told once more.</exception>
    public async ValueTask<bool> SettleAsync(IReadOnlyList<Announcement> told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var deletions = new WriteOperation[told.Count];
        for (int i = 0; i < deletions.Length; i++)
            deletions[i] = new WriteOperation { Key = AnnouncementKeys.Of(told[i]), Delete = true };
        if ((await _store.WriteAsync(deletions)).Outcome == WriteOutcome.Busy)
            return false;
        GiveBack(told.Sum(static each => each.Count));
        return true;
    }

    /// <summary>
    /// Writes a batch of memories and what there is to tell of those that are made. <see cref="WriteOutcome.Busy"/> too when those who are
    /// told are too far behind.
    /// </summary>
    /// <exception cref="StoreException">The store failed; the fate of the batch is unknown.</exception>
    internal async ValueTask<WriteAnswer> WriteAsync(
        WriteOperation[] batch, IReadOnlyList<MemoryDraft> drafts, SavedMemory[] saved)
    {
        if (!await TakeRoomAsync(batch.Length))
            return new WriteAnswer(WriteOutcome.Busy, 0, false, 0);
        var announcement = new Announcement(Interlocked.Increment(ref _last), batch.Length);
        var beside = new WriteOperation { Key = AnnouncementKeys.Of(announcement), Value = AnnouncementJson.Write(drafts, saved) };
        // When the store fails nobody knows: it is told if it is there.
        bool mayBeThere = true;
        try
        {
            WriteAnswer answer = await _store.WriteAsync(new ReadOnlyMemory<WriteOperation>([.. batch, beside]));
            mayBeThere = answer.Outcome == WriteOutcome.Done;
            return answer;
        }
        finally
        {
            if (mayBeThere)
                _waiting.Writer.TryWrite(announcement);
            else
                GiveBack(announcement.Count);
        }
    }

    private async ValueTask<bool> TakeRoomAsync(int memories)
    {
        long since = _time.GetTimestamp();
        while (!TryTakeRoom(memories, out Task? freed))
        {
            TimeSpan left = _options.WaitMax - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                return false;
            await Task.WhenAny(freed, Task.Delay(left, _time));
        }

        return true;
    }

    private void GiveBack(int memories)
    {
        TaskCompletionSource freed;
        lock (_gate)
        {
            _memories -= memories;
            freed = _freed;
            _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        freed.SetResult();
    }

    private bool TryTakeRoom(int memories, [NotNullWhen(false)] out Task? freed)
    {
        lock (_gate)
        {
            freed = _memories + memories <= _options.MemoriesMax ? null : _freed.Task;
            if (freed is null)
                _memories += memories;
            return freed is null;
        }
    }

    private void Recall()
    {
        byte[] prefix = AnnouncementKeys.Prefix(), after = [];
        ListPage page;
        do
        {
            page = _store.List(prefix, after, Limits.ListPageMax);
            foreach (byte[] key in page.Keys)
            {
                after = key;
                if (!AnnouncementKeys.TryRead(key, out Announcement left))
                    continue;
                _last = Math.Max(_last, left.Number);
                _memories += left.Count;
                _waiting.Writer.TryWrite(left);
            }
        }
        while (page.More);
    }

    // Apart, for the sake of the compiler: see docs/decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private IReadOnlyList<AnnouncedWrite> Read(byte[] key)
    {
        using ReadLease lease = _store.Read(key);
        return lease.Found ? AnnouncementJson.Read(lease.Value.ToArray()) : [];
    }
}
