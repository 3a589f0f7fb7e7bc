using System.Text.Json;
using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Memory.Announcing;
using Thermocline.Resp;
using Thermocline.Store;

namespace Thermocline.Sidecar.Events;

/// <summary>
/// Publishes <c>memory.write</c> for what was saved, in the order of the saves, again and again until the bus takes it, and waits while the
/// store fails. What it did not come to before the process ends is told by the next one.
/// </summary>
internal sealed partial class WriteTeller(
    Announcements announcements, IEventBus bus, (TimeProvider Time, Func<double> Chance) world, ILogger logger)
{
    // Memories of one publication: far below what a bus takes at once.
    private const int MemoriesMax = 1_000;

    private readonly Backoff _pauses = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5), world.Chance);

    // Said once for each time that it fails, however often it is tried.
    private bool _isStoreAway;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                IReadOnlyList<Announcement> saves = await announcements.TakeAsync(MemoriesMax, stop);
                await TellAsync(saves, stop);
                await SettleAsync(saves, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next process goes on.
        }
    }

    private async Task TellAsync(IReadOnlyList<Announcement> saves, CancellationToken stop)
    {
        var drafts = new List<EventDraft>();
        foreach (Announcement save in saves)
        {
            foreach (AnnouncedWrite write in await ReadAsync(save, stop))
            {
                // A bus orders by so many bytes of a context; identifiers of sessions may have as many, and no more.
                drafts.Add(MemoryEvents.Draft(EventsConfiguration.MemoryWrite, write.Id, write.ContextId, write.Timestamp, write.Payload.Span));
            }
        }

        foreach (EventDraft[] part in drafts.Chunk(MemoriesMax))
            await PublishAsync(part, stop);
    }

    private async Task<IReadOnlyList<AnnouncedWrite>> ReadAsync(Announcement save, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                IReadOnlyList<AnnouncedWrite> writes = await announcements.ReadAsync(save, stop);
                _isStoreAway = false;
                return writes;
            }
            catch (StoreException away) when (away.Fault is not (StoreFault.Damaged or StoreFault.Unsupported or StoreFault.Io))
            {
                await PauseAsync(away, stop);
            }
            catch (Exception damaged) when (damaged is StoreException or JsonException)
            {
                LogDamaged(logger, save.Count, save.Number, damaged.Message);
                return [];
            }
        }
    }

    private async Task PublishAsync(EventDraft[] drafts, CancellationToken stop)
    {
        while (true)
        {
            PublishAnswer answer = await bus.PublishAsync(EventsConfiguration.MemoryWrite, drafts, stop);
            if (answer.Outcome == PublishOutcome.Done)
            {
                _pauses.Reset();
                return;
            }

            if (answer.Outcome is PublishOutcome.Invalid or PublishOutcome.TooLarge)
            {
                // It will never be taken; what comes after it must not wait for ever.
                LogRefused(logger, drafts.Length, answer.Reason ?? "");
                return;
            }

            await PauseAsync(stop);
        }
    }

    private async Task SettleAsync(IReadOnlyList<Announcement> saves, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (await announcements.SettleAsync(saves))
                    break;
                await PauseAsync(stop);
            }
            catch (StoreException away)
            {
                await PauseAsync(away, stop);
            }
        }

        _isStoreAway = false;
        _pauses.Reset();
    }

    private Task PauseAsync(StoreException away, CancellationToken stop)
    {
        if (!_isStoreAway)
            LogPaused(logger, away.Message);
        _isStoreAway = true;
        return PauseAsync(stop);
    }

    private Task PauseAsync(CancellationToken stop) => Task.Delay(_pauses.Next(), world.Time, stop);

    [LoggerMessage(EventId = 24, Level = LogLevel.Error, Message = "That {Memories} memories were saved (announcement {Number}) cannot be published: {Reason}")]
    private static partial void LogDamaged(ILogger logger, int memories, long number, string reason);

    [LoggerMessage(EventId = 25, Level = LogLevel.Error, Message = "That {Memories} memories were saved was refused by the bus: {Reason}")]
    private static partial void LogRefused(ILogger logger, int memories, string reason);

    [LoggerMessage(EventId = 26, Level = LogLevel.Warning, Message = "Saved memories are not published while the store fails: {Reason}")]
    private static partial void LogPaused(ILogger logger, string reason);
}
