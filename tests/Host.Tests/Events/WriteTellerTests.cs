using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Memory;
using Thermocline.Memory.Announcing;
using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Events;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Events;

public sealed class WriteTellerTests : IDisposable
{
    private readonly FaultyFiles _files = new();
    private readonly LogCapture _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TieredStore _store;
    private readonly Announcements _announcements;
    private readonly Memories _memories;

    public WriteTellerTests()
    {
        _store = Stores.OpenSmall(_files);
        _announcements = Announcements.Open(_store, new AnnouncementOptions(), TimeProvider.System);
        _memories = new Memories(_store, TimeProvider.System, new IdSource(TimeProvider.System, RandomNumberGenerator.Fill), 1 << 20, _announcements);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _memories.Dispose();
        _store.Dispose();
        _stop.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_disk_that_fills_while_memories_are_told_stops_nothing_for_good()
    {
        var bus = new TakingBus();
        using var factory = new LoggerFactory([_log]);
        var teller = new WriteTeller(_announcements, bus, (TimeProvider.System, static () => 0.5), factory.CreateLogger("teller"));
        Task telling = teller.RunAsync(_stop.Token);
        bus.Taking = () => _files.FullFrom(_files.Operations.Count);
        string first = await SaveAsync();
        await Eventually.IsAsync(() => _log.Text.Contains("while the store fails", StringComparison.Ordinal), Cancellation);
        Assert.Equal([first], bus.Taken);
        Assert.Equal(1, _announcements.Waiting);

        bus.Taking = static () => { };
        _files.GiveSpace();
        await Eventually.IsAsync(() => _announcements.Waiting == 0, Cancellation);
        string second = await SaveAsync();
        await Eventually.IsAsync(() => _announcements.Waiting == 0, Cancellation);
        Assert.Equal([first, second], bus.Taken);
        Assert.Equal(1, _log.Text.Split("while the store fails").Length - 1);

        await _stop.CancelAsync();
        await telling;
    }

    private async Task<string> SaveAsync()
    {
        SaveAnswer answer = await _memories.SaveAsync(new MemoryDraft { Content = Encoding.UTF8.GetBytes("something") });
        return answer.Memories[0].Id.ToString();
    }
}
