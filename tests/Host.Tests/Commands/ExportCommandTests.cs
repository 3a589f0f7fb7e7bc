using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Commands;
using Thermocline.Sidecar.Export;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Commands;

[Collection(ProcessCollection.Name)]
public sealed class ExportCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly MemoryStream _bytes = new();

    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    private string Data => _folder.Combine("store");

    private string Target => _folder.Combine("all.jsonl");

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
        _bytes.Dispose();
    }

    [Fact]
    public async Task A_folder_is_exported_and_imported_into_another_one()
    {
        await FillAsync(50, 200);
        JsonElement report = await ReportAsync(0, Target, "--data", Data);
        Assert.Equal(50, report.GetProperty("records").GetInt64());
        Assert.Equal(new FileInfo(Target).Length, report.GetProperty("bytes").GetInt64());
        Assert.Empty(Leftovers());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        string other = _folder.Combine("other");
        Assert.Equal(0, await RunAsync("import", Target, "--data", other));
        string again = _folder.Combine("again.jsonl");
        await ReportAsync(0, again, "--data", other);
        Assert.Equal(Values(await File.ReadAllLinesAsync(Target, Abort)), Values(await File.ReadAllLinesAsync(again, Abort)));
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("v1")]
    [InlineData("csv")]
    public async Task An_export_stopped_again_and_again_becomes_the_whole_one(string format)
    {
        await FillAsync(400, 20_000);
        string whole = _folder.Combine("whole");
        await ReportAsync(0, whole, "--data", Data, "--format", format);
        byte[] expected = await File.ReadAllBytesAsync(whole, Abort);
        for (int looks = 1; looks < 14; looks++)
        {
            string target = _folder.Combine($"part-{looks}");
            int code = await RunUntilAsync(looks, target, format);
            Assert.True(code is 0 or ExitCode.Interrupted);
            Assert.Equal(code == 0, File.Exists(target));
            // What was written after the last state, as a crash leaves it.
            if (File.Exists(target + ".resume"))
                await File.AppendAllTextAsync(target + ".partial", "torn", Abort);
            if (code != 0)
                await ReportAsync(0, target, "--data", Data, "--format", format, "--resume");
            Assert.Equal(expected, await File.ReadAllBytesAsync(target, Abort));
        }

        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task A_place_that_was_kept_is_refused_when_it_is_not_the_same_export()
    {
        await FillAsync(400, 20_000);
        await StoppedAsync();
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data, "--resume", "--format", "v1"));
        Assert.Contains("format", Errors(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data, "--resume", "--collection", "c"));
        Assert.Contains("filters", Errors(), StringComparison.Ordinal);
        byte[] partial = await File.ReadAllBytesAsync(Target + ".partial", Abort);
        partial[100] ^= 1;
        await File.WriteAllBytesAsync(Target + ".partial", partial, Abort);
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data, "--resume"));
        Assert.Contains("not what was written", Errors(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Target + ".resume", "{", Abort);
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data, "--resume"));
        Assert.Contains("cannot be read", Errors(), StringComparison.Ordinal);
        JsonElement afresh = await ReportAsync(0, Target, "--data", Data);
        Assert.Equal(400, afresh.GetProperty("records").GetInt64());
    }

    [Fact]
    public async Task A_store_that_changed_meanwhile_is_told_with_both_moments()
    {
        await FillAsync(400, 20_000);
        await StoppedAsync();
        await FillAsync(401, 10);
        JsonElement report = await ReportAsync(0, Target, "--data", Data, "--resume");
        Assert.Equal(2, report.GetProperty("moments").GetArrayLength());
        Assert.True(report.GetProperty("resumed").GetBoolean());
        Assert.Contains("has changed since", Errors(), StringComparison.Ordinal);
        string[] keys = [.. (await File.ReadAllLinesAsync(Target, Abort)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!)];
        Assert.Equal(401, keys.Distinct().Count());
    }

    [Fact]
    public async Task Standard_output_gets_the_records_alone_and_the_report_goes_elsewhere()
    {
        await FillAsync(3, 10);
        Assert.Equal(0, await RunAsync("export", "--data", Data, "--format", "csv"));
        string[] rows = Encoding.UTF8.GetString(_bytes.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, rows.Length);
        Assert.Empty(_output.ToString());
        Assert.Contains("Exported to standard output: 3 records", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_file_and_a_folder_without_a_store_are_left_alone()
    {
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data));
        Assert.Contains("no store", Errors(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
        await FillAsync(1, 10);
        await File.WriteAllTextAsync(Target, "mine", Abort);
        Assert.Equal(1, await RunAsync("export", Target, "--data", Data));
        Assert.Equal("mine", await File.ReadAllTextAsync(Target, Abort));
        await ReportAsync(0, Target, "--data", Data, "--force");
        Assert.NotEqual("mine", await File.ReadAllTextAsync(Target, Abort));
    }

    [Fact]
    public async Task A_running_sidecar_is_exported_over_its_API_and_takes_such_an_export()
    {
        await using RunningSidecar from = await RunningSidecar.StartAsync();
        for (int i = 0; i < 30; i++)
            await from.PutAsync($"/v1/kv/app/a%2F{i}%20%F0%9F%8C%8A", [0, (byte)i, 0xFF], ("Content-Type", "image/x"));
        await from.PostJsonAsync("/v1/memories", """{"text":"remembered","type":"note"}""");
        string token = Path.Combine(from.Folder, "admin.token");
        Assert.Equal(1, await RunAsync("export", Target, "--data", from.Folder));
        Assert.Contains("--server", Errors(), StringComparison.Ordinal);
        JsonElement report = await ReportAsync(0, Target, "--server", from.Host.Admin.ToString(), "--token-file", token);
        Assert.Equal(31, report.GetProperty("records").GetInt64());
        await using RunningSidecar to = await RunningSidecar.StartAsync();
        Assert.Equal(0, await RunAsync("import", Target, "--server", to.Host.DataAddress.ToString()));
        string again = _folder.Combine("again.jsonl");
        await ReportAsync(0, again, "--server", to.Host.Admin.ToString(), "--token-file", Path.Combine(to.Folder, "admin.token"));
        Assert.Equal(Values(await File.ReadAllLinesAsync(Target, Abort)), Values(await File.ReadAllLinesAsync(again, Abort)));
    }

    [Fact]
    public async Task An_export_over_the_API_is_gone_on_with_behind_its_last_whole_line()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        for (int i = 0; i < 60; i++)
            await sidecar.PutAsync($"/v1/kv/app/{i:d3}", Value(i, 100_000));
        string[] server = ["--server", sidecar.Host.Admin.ToString(), "--token-file", Path.Combine(sidecar.Folder, "admin.token")];
        string whole = _folder.Combine("whole.jsonl");
        await ReportAsync(0, [whole, .. server]);
        using (var stop = new CancellationTokenSource())
        {
            var order = new ExportOrder
            {
                File = Target,
                Folder = sidecar.Folder,
                Server = sidecar.Host.Admin,
                TokenFile = server[3],
                StopsAtDamage = true,
            };
            Assert.Equal(ExitCode.Interrupted, await new ExportSession(order, Surroundings(new StoppingTime(8, stop))).RunAsync(stop.Token));
        }

        Assert.True(File.Exists(Target + ".resume"));
        JsonElement report = await ReportAsync(0, [Target, .. server, "--resume"]);
        Assert.True(report.GetProperty("newRecords").GetInt64() is > 0 and < 60, report.ToString());
        Assert.Equal(await File.ReadAllBytesAsync(whole, Abort), await File.ReadAllBytesAsync(Target, Abort));
    }

    [Theory]
    [InlineData("--format", "xml")]
    [InlineData("--prefix", "a")]
    [InlineData("--collection", "app", "--type", "note")]
    [InlineData("--resume")]
    [InlineData("-", "--force")]
    [InlineData("--server", "nowhere")]
    [InlineData("--on-error", "maybe")]
    public async Task Bad_usage_is_told_with_exit_code_2(params string[] arguments) =>
        Assert.Equal(2, await RunAsync(["export", .. arguments]));

    [Fact]
    public async Task A_damaged_record_is_named_and_the_others_are_exported()
    {
        await FillAsync(50, 300);
        string segment = Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories)
            .MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(segment, Abort);
        int at = bytes.AsSpan().IndexOf(Value(7, 300));
        bytes[at + 20] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, Abort);
        JsonElement report = await ReportAsync(1, Target, "--data", Data);
        Assert.Equal((49, 1), (report.GetProperty("records").GetInt64(), report.GetProperty("damaged").GetInt64()));
        Assert.StartsWith("c/000007:", report.GetProperty("damagedNamed")[0].GetString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Target));
        Assert.Equal(1, await RunAsync("export", _folder.Combine("strict"), "--data", Data, "--on-error", "stop"));
        Assert.False(File.Exists(_folder.Combine("strict")));
    }

    private static byte[] Value(int i, int bytes)
    {
        var value = new byte[bytes];
        new Random(i).NextBytes(value);
        return value;
    }

    /// <summary>Lines without what belongs to the store they came from.</summary>
    private static IEnumerable<string> Values(IEnumerable<string> lines) =>
        lines.Select(line => line[..line.IndexOf(",\"writtenAt\"", StringComparison.Ordinal)]);

    private async Task FillAsync(int records, int bytes)
    {
        using TieredStore store = TieredStore.Open(new StoreOptions(), new DiskFiles(Data), TimeProvider.System);
        for (int i = 0; i < records; i++)
        {
            var operation = new WriteOperation
            {
                Key = Keys.Compose("c", $"{i:d6}"),
                Value = Value(i, bytes),
                Condition = Condition.IfAbsent,
            };
            await store.WriteAsync(operation);
        }
    }

    private async Task StoppedAsync()
    {
        for (int looks = 4; !File.Exists(Target + ".resume"); looks++)
            Assert.Equal(ExitCode.Interrupted, await RunUntilAsync(looks, Target, "jsonl"));
    }

    private async Task<int> RunUntilAsync(int looks, string target, string format)
    {
        using var stop = new CancellationTokenSource();
        Assert.True(Sidecar.Http.ExportNames.TryParse(format, out Memory.Export.ExportFormat known));
        var order = new ExportOrder
        {
            File = target,
            Folder = Data,
            TokenFile = "",
            Selection = new Memory.Export.ExportSelection { Format = known },
            Resumes = true,
        };
        return await new ExportSession(order, Surroundings(new StoppingTime(looks, stop))).RunAsync(stop.Token);
    }

    private IEnumerable<string> Leftovers() =>
        Directory.EnumerateFiles(_folder.Path).Where(file => Path.GetExtension(file) is ".partial" or ".resume" or ".new");

    private async Task<JsonElement> ReportAsync(int expected, params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        int code = await RunAsync(["export", .. arguments, "--output", "json"]);
        Assert.True(code == expected, $"exit {code}: {_error}");
        return JsonDocument.Parse(_output.ToString()).RootElement;
    }

    private string Errors()
    {
        string errors = _error.ToString();
        _error.GetStringBuilder().Clear();
        return errors;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandTree.RunAsync(arguments, Surroundings(TimeProvider.System));

    private Surroundings Surroundings(TimeProvider time) =>
        new(_output, _error, new Dictionary<string, string>(), time) { OutputBytes = _bytes };
}
