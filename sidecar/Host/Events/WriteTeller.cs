using System.Text.Json;
using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Memory.Announcing;
using Thermocline.Resp;
using Thermocline.Store;

namespace Thermocline.Sidecar.Events;

/// <summary>
/// Publishes <c>memory.write</c> for what was saved, in the order of the saves, again and again until the bus takes it. What it did not
/// come to before the process ends is told by the next one.
/// </summary>
internal sealed partial class WriteTeller(
    Announcements announcements, IEventBus bus, (TimeProvider Time, Func<double> Chance) world, ILogger logger)
{
    // Memories of one publication: far below what a bus takes at once.
    private const int MemoriesMax = 1_000;

    private readonly Backoff _pauses = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5), world.Chance);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                IReadOnlyList<Announcement> saves = await announcements.TakeAsync(MemoriesMax, stop);
                await TellAsync(saves, stop);
                while (!await announcements.SettleAsync(saves))
                    await PauseAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next process goes on.
        }
        catch (StoreException failure)
        {
            LogStopped(logger, failure.Message);
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
                return await announcements.ReadAsync(save, stop);
            }
            catch (StoreException away) when (away.Fault == StoreFault.ColdUnavailable)
            {
                await PauseAsync(stop);
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

    private Task PauseAsync(CancellationToken stop) => Task.Delay(_pauses.Next(), world.Time, stop);

    [LoggerMessage(EventId = 24, Level = LogLevel.Error, Message = "That {Memories} memories were saved (announcement {Number}) cannot be published: {Reason}")]
    private static partial void LogDamaged(ILogger logger, int memories, long number, string reason);

    [LoggerMessage(EventId = 25, Level = LogLevel.Error, Message = "That {Memories} memories were saved was refused by the bus: {Reason}")]
    private static partial void LogRefused(ILogger logger, int memories, string reason);

    [LoggerMessage(EventId = 26, Level = LogLevel.Error, Message = "Saved memories are not published any more until the next start: {Reason}")]
    private static partial void LogStopped(ILogger logger, string reason);
}
