using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Benchmarks.Measure;
using Thermocline.Events;
using Thermocline.Events.Embedded;
using Thermocline.Memory;
using Thermocline.Memory.Announcing;
using Thermocline.Memory.Ids;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.MemoryEvents;

/// <summary>Memories in a folder, with what the sidecar does to tell of them, or without.</summary>
internal sealed class SavingFolder : IDisposable
{
    public const int TextBytes = 256;
    private const int Sessions = 64;
    private const int ToldAtOnce = 1_000;

    private readonly string _folder;
    private readonly TieredStore _store;
    private readonly EmbeddedBus _bus;
    private readonly Memories _memories;
    private readonly Announcements? _announcements;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _telling;
    private long _saved;

    public SavingFolder(string folder, bool isTold)
    {
        _folder = folder;
        IsTold = isTold;
        _store = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, new DiskFiles(folder), TimeProvider.System);
        var options = new EmbeddedBusOptions { PublishWaitMax = TimeSpan.FromSeconds(10) };
        _bus = EmbeddedBus.OpenAsync(_store, options, TimeProvider.System, static () => 0.5).AsTask().GetAwaiter().GetResult();
        _announcements = isTold ? Announcements.Open(_store, new AnnouncementOptions { WaitMax = TimeSpan.FromSeconds(10) }, TimeProvider.System) : null;
        var random = new Random(1);
        _memories = new Memories(_store, TimeProvider.System, new IdSource(TimeProvider.System, random.NextBytes), 16 << 20, _announcements);
        _telling = _announcements is null ? Task.CompletedTask : TellAsync(_announcements);
    }

    public bool IsTold { get; }

    /// <summary>Bytes of all files over the memories that were saved: nothing is packed meanwhile.</summary>
    public double LogBytesPerMemory =>
        new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length) / (double)Math.Max(1, _saved);

    /// <summary>Some savers, each with one save under way, for a while; what they saved is told before the run ends.</summary>
    public SaveFigures Save(int savers, int batch, TimeSpan duration)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long start = Stopwatch.GetTimestamp();
        Task<Samples>[] all = [.. Enumerable.Range(0, savers).Select(saver => SaveAsync(saver, batch, start, duration))];
        Samples[] results = Task.WhenAll(all).GetAwaiter().GetResult();
        while (_announcements is { Waiting: > 0 })
            Thread.Sleep(1);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (Samples result in results.Skip(1))
            results[0].Add(result);
        results[0].Sort();
        double memories = results[0].Count * (double)batch;
        _saved += (long)memories;
        return new SaveFigures(memories / seconds, results[0], (GC.GetTotalAllocatedBytes() - allocated) / memories);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _telling.GetAwaiter().GetResult();
        _bus.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _memories.Dispose();
        _store.Dispose();
        _stop.Dispose();
    }

    /// <summary>The drafts of one saver, which it saves again and again under new identifiers.</summary>
    public static MemoryDraft[] Drafts(int saver, int batch) => [.. Enumerable.Range(0, batch).Select(number => new MemoryDraft
    {
        Content = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"memory {saver} {number} ").PadRight(TextBytes, 'x')),
        Session = string.Create(CultureInfo.InvariantCulture, $"session-{saver % Sessions}"),
    })];

    private async Task<Samples> SaveAsync(int saver, int batch, long start, TimeSpan duration)
    {
        await Task.Yield();
        MemoryDraft[] drafts = Drafts(saver, batch);
        var samples = new Samples();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            long began = Stopwatch.GetTimestamp();
            SaveAnswer answer = await _memories.SaveAsync(drafts);
            samples.Add(Stopwatch.GetTimestamp() - began);
            if (answer.Outcome != SaveOutcome.Saved)
                throw new InvalidOperationException($"A save was answered {answer.Outcome}.");
        }

        return samples;
    }

    // As the sidecar does it, without its patience.
    private async Task TellAsync(Announcements announcements)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                IReadOnlyList<Announcement> saves = await announcements.TakeAsync(ToldAtOnce, _stop.Token);
                var drafts = new List<EventDraft>();
                foreach (Announcement save in saves)
                {
                    foreach (AnnouncedWrite write in await announcements.ReadAsync(save, _stop.Token))
                    {
                        drafts.Add(new EventDraft
                        {
                            Payload = MemoryEnvelope.Of("memory.write", write.Id, write.ContextId, write.Timestamp, write.Payload.Span),
                            Context = write.ContextId,
                            Id = write.Id,
                            ContentType = MemoryEnvelope.MediaType,
                        });
                    }
                }

                PublishAnswer answer = await _bus.PublishAsync("memory.write", drafts.ToArray(), _stop.Token);
                if (answer.Outcome != PublishOutcome.Done)
                    throw new InvalidOperationException($"A publication was answered {answer}.");
                await announcements.SettleAsync(saves);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }
}
