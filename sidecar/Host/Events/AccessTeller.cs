using System.Buffers;
using System.Text.Json;
using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Json;

namespace Thermocline.Sidecar.Events;

/// <summary>
/// Publishes <c>memory.access</c> once a second. Reads are no writes: what was not told when the process ends, or when the bus is full,
/// is not told.
/// </summary>
internal sealed partial class AccessTeller(AccessCounts counts, IEventBus bus, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await TellAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await TellAsync(CancellationToken.None);
        }
    }

    private async Task TellAsync(CancellationToken stop)
    {
        IReadOnlyDictionary<MemoryId, AccessCounts.Access> taken = counts.Take();
        if (taken.Count == 0)
            return;
        EventDraft[] drafts = [.. taken.Select(static each => Draft(each.Key, each.Value))];
        PublishAnswer answer = await bus.PublishAsync(EventsConfiguration.MemoryAccess, drafts, stop);
        if (answer.Outcome == PublishOutcome.Done)
            return;
        counts.Drop(taken);
        LogUntold(logger, taken.Count, answer.Reason ?? answer.Outcome.ToString());
    }

    private static EventDraft Draft(MemoryId id, AccessCounts.Access access)
    {
        string time = MemoryJson.Time(access.LastAt);
        var bytes = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("memory_id"u8, id.ToString());
            json.WriteNumber("access_count"u8, access.Count);
            json.WriteString("last_access"u8, time);
            json.WriteEndObject();
        }

        return MemoryEvents.Draft(EventsConfiguration.MemoryAccess, $"{id}-{time}", access.ContextId, time, bytes.WrittenSpan);
    }

    [LoggerMessage(EventId = 23, Level = LogLevel.Warning, Message = "Reads of {Memories} memories were not published: {Reason}")]
    private static partial void LogUntold(ILogger logger, int memories, string reason);
}
