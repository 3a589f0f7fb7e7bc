using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Thermocline.Testing;
using Thermocline.Testing.Budget;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Budget;

/// <summary>A driver that finds nothing proves something only when it would have found it.</summary>
public sealed class RecordCheckTests : IDisposable
{
    private const int Number = 5;

    private readonly TempFolder _folder = new();
    private readonly BudgetMistakes _mistakes = new();
    private readonly BudgetState _state;
    private readonly BudgetRecords _records;

    public RecordCheckTests()
    {
        // Nothing is started: the group is never asked.
        var options = new BudgetOptions
        {
            Program = new SidecarProgram("none", []),
            Cgroup = null!,
            BudgetBytes = 1 << 20,
            Folder = _folder.Path,
            Texts = [.. Enumerable.Range(0, 50).Select(static i => Encoding.ASCII.GetBytes($"passage {i} of some length, with words in it"))],
            Bytes = 1 << 20,
            RecordBytes = 1_000,
        };
        _state = BudgetState.Open(options);
        _records = new BudgetRecords(options);
        _state.Versions.Acknowledge(Number, _state.Versions.Send(Number));
        _state.Versions.Acknowledge(Number, _state.Versions.Send(Number));
        // A third version was sent and its answer never came.
        _state.Versions.Send(Number);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_acknowledged_version_and_the_one_in_doubt_are_right(int version)
    {
        Assert.True(await CheckAsync(Record(version)));
        Assert.Empty(_mistakes.Kept);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task An_older_version_and_one_never_sent_are_found(int version)
    {
        await CheckAsync(Record(version));
        Assert.Contains($"has version {version} instead of 2 to 3", Assert.Single(_mistakes.Kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_record_one_wrong_bit_and_a_cut_are_found()
    {
        await CheckAsync(null);
        byte[] wrong = Record(2);
        wrong[^9] ^= 1;
        await CheckAsync(wrong);
        await CheckAsync(Record(2)[..^1]);
        Assert.Equal(3, _mistakes.Count);
    }

    [Fact]
    public void A_record_is_the_same_each_time_and_is_json_of_about_the_length_that_was_asked_for()
    {
        var lengths = new List<int>();
        for (int number = 0; number < 400; number++)
        {
            byte[] record = Record(1, number);
            Assert.Equal(record, Record(1, number));
            using JsonDocument json = JsonDocument.Parse(record);
            Assert.Equal(number, json.RootElement.GetProperty("id").GetInt32());
            lengths.Add(record.Length);
        }

        Assert.InRange(lengths.Average(), 900, 1_100);
        Assert.True(lengths.Max() - lengths.Min() > 700);
    }

    [Fact]
    public void A_stopped_run_is_gone_on_with_and_another_one_is_not_taken_for_it()
    {
        _state.Add(700, 30);
        _state.Walked = 4;
        _state.Save();
        var options = new BudgetOptions
        {
            Program = new SidecarProgram("none", []),
            Cgroup = null!,
            BudgetBytes = 1 << 20,
            Folder = _folder.Path,
            Texts = [],
            Bytes = 1 << 20,
            RecordBytes = 1_000,
        };
        BudgetState again = BudgetState.Open(options);
        Assert.Equal((700L, 30L, 4), (again.NewBytes, again.OverwrittenBytes, again.Walked));
        Assert.Equal((2, 3, Number + 1), (again.Versions.Acknowledged(Number), again.Versions.Sent(Number), again.Versions.End));
        Assert.Throws<InvalidOperationException>(() => BudgetState.Open(options with { Seed = 2 }));
    }

    [Fact]
    public void A_report_of_the_pressure_is_read_and_a_shorter_one_too()
    {
        const string Report = """
            {"state":"critical","usedBytes":9,"limitBytes":10,"highBytes":7,"criticalBytes":8,"culprit":null,
             "memory":{"residentBytes":5,"stallSeconds":0.5},
             "steps":[{"step":"drop-hot","runs":2,"freedBytes":100,"seconds":0.25,"failures":1}],
             "actions":[{"id":7,"time":"2026-11-21T12:00:00Z","step":"drop-hot","reason":"r","freedBytes":50,"tookMs":1.5,"state":"critical"}]}
            """;
        using JsonDocument json = JsonDocument.Parse(Report);
        PressureView view = PressureView.Parse(json.RootElement);
        Assert.Equal((ReadPhase.Emergency, 9L, 8L, 0.5), (view.Phase, view.UsedBytes, view.CriticalBytes, view.Memory["stallSeconds"]));
        Assert.Equal(new StepView("drop-hot", 2, 100, 0.25, 1), Assert.Single(view.Steps));
        Assert.Equal("7", Assert.Single(view.Actions).Id);
        using JsonDocument empty = JsonDocument.Parse("{}");
        Assert.Equal(ReadPhase.Quiet, PressureView.Parse(empty.RootElement).Phase);
    }

    private async Task<bool?> CheckAsync(byte[]? stored)
    {
        using var client = new BudgetClient(new Uri("http://sidecar.test"), "", new Answer(stored));
        return await new RecordCheck(_state, _records, _mistakes).ReadAsync(client, Number);
    }

    private byte[] Record(int version, int number = Number)
    {
        var record = new ArrayBufferWriter<byte>();
        _records.Write(number, version, record);
        return record.WrittenSpan.ToArray();
    }

    private sealed class Answer(byte[]? body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(body is null ? HttpStatusCode.NotFound : HttpStatusCode.OK);
            if (body is not null)
                answer.Content = new ByteArrayContent(body);
            answer.Headers.TryAddWithoutValidation("Thermocline-Tier", "hot");
            return Task.FromResult(answer);
        }
    }
}
