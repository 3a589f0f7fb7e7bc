using System.IO.Compression;
using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Import;
using Thermocline.Memory.Portable;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class ImportRunTests
{
    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_of_many_kinds_is_imported_and_importing_again_changes_nothing()
    {
        using var folder = new TempFolder();
        using var place = new Place();
        Fill(folder);
        ImportSummary first = await RunAsync(place, folder);
        Assert.Equal((7, 0), (first.Records, first.Present));
        Assert.Equal(2, first.Rejected);
        Assert.Equal(1, first.FilesSkipped);
        Assert.Equal(
            [("b.jsonl", 2L), ("d.txt.gz", 0L)],
            first.Rejections.Select(rejection => (Path.GetFileName(rejection.File), rejection.Line)));
        place.Time.Advance(TimeSpan.FromDays(3));
        ImportSummary second = await RunAsync(place, folder);
        Assert.Equal((0, 7), (second.Records, second.Present));
        Assert.Equal(7, place.Store.List(MemoryKeys.Prefix(), [], 100).Keys.Count);
        Assert.Single(await place.SearchAsync("compressed"));
    }

    [Fact]
    public async Task An_interrupted_import_is_completed_by_running_it_again()
    {
        using var folder = new TempFolder();
        string file = folder.Combine("many.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 5000).Select(i => $$"""{"text":"record {{i % 700}}","n":{{i}}}"""), Abort);
        using var whole = new Place();
        await RunAsync(whole, folder);
        List<string> expected = Keys(whole);
        Assert.Equal(5000, expected.Count);

        using var place = new Place();
        foreach (int batches in new[] { 0, 1, 3 })
        {
            using var stop = new CancellationTokenSource();
            var target = new StoppingTarget(new StoreTarget(place.Memories, place.Store), batches, stop);
            ImportSummary part = await new ImportRun(target, new ImportOptions(), place.Time).RunAsync(new SourceWalk([folder.Path]).Files(), null, stop.Token);
            Assert.True(part.Stopped);
        }

        ImportSummary rest = await RunAsync(place, folder);
        Assert.Equal(5000, rest.Records + rest.Present);
        Assert.True(rest.Present >= 3000);
        Assert.Equal(expected, Keys(place));
    }

    [Fact]
    public async Task A_changed_record_is_a_new_one_and_a_copy_elsewhere_too()
    {
        using var folder = new TempFolder();
        using var place = new Place();
        await File.WriteAllTextAsync(folder.Combine("a.jsonl"), "{\"text\":\"t\",\"n\":1}\n{\"text\":\"t\",\"n\":1}\n", Abort);
        Assert.Equal(2, (await RunAsync(place, folder)).Records);
        await File.WriteAllTextAsync(folder.Combine("a.jsonl"), "{\"text\":\"t\",\"n\":1}\n{\"text\":\"t\",\"n\":2}\n", Abort);
        File.Copy(folder.Combine("a.jsonl"), folder.Combine("b.jsonl"));
        ImportSummary again = await RunAsync(place, folder);
        Assert.Equal((3, 1), (again.Records, again.Present));
    }

    [Fact]
    public async Task Limits_end_the_run_and_say_so()
    {
        using var folder = new TempFolder();
        using var place = new Place();
        await File.WriteAllLinesAsync(folder.Combine("a.jsonl"), Enumerable.Range(0, 100).Select(i => $"\"r{i}\""), Abort);
        await File.WriteAllLinesAsync(folder.Combine("b.jsonl"), ["\"later\""], Abort);
        var options = new ImportOptions { RecordsMax = 30 };
        ImportSummary summary = await new ImportRun(new StoreTarget(place.Memories, place.Store), options, place.Time).RunAsync(new SourceWalk([folder.Path]).Files(), null, Abort);
        Assert.Equal(30, summary.Records);
        Assert.Contains("30 records", summary.Bounded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_records_are_all_counted_and_the_first_hundred_named()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Combine("bad.jsonl"), Enumerable.Range(0, 350).Select(_ => "{nope"), Abort);
        ImportSummary summary = await new ImportRun(new DryTarget(), new ImportOptions(), TimeProvider.System).RunAsync(new SourceWalk([folder.Path]).Files(), null, Abort);
        Assert.Equal(350, summary.Rejected);
        Assert.Equal(100, summary.Rejections.Count);
    }

    [Fact]
    public async Task A_busy_target_is_asked_again_and_then_given_up()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Combine("a.txt"), "text", Abort);
        var patient = new BusyTarget(5);
        ImportSummary summary = await new ImportRun(patient, new ImportOptions(), new ImpatientTime()).RunAsync(new SourceWalk([folder.Path]).Files(), null, Abort);
        Assert.Equal(1, summary.Records);
        await Assert.ThrowsAsync<ImportException>(
            () => new ImportRun(new BusyTarget(int.MaxValue), new ImportOptions(), new ImpatientTime()).RunAsync(new SourceWalk([folder.Path]).Files(), null, Abort));
    }

    [Fact]
    public void A_compressed_file_expands_within_bounds_only()
    {
        using var folder = new TempFolder();
        string file = folder.Combine("bomb.gz");
        using (var zipped = new GZipStream(File.Create(file), CompressionLevel.SmallestSize))
        {
            byte[] zeros = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
            for (int i = 0; i < 64; i++)
                zipped.Write(zeros);
        }

        using SourceStream source = SourceStream.Open(file);
        var buffer = new byte[1 << 16];
        Assert.Throws<InvalidDataException>(() =>
        {
            while (source.Read(buffer) > 0)
            {
            }
        });
        Assert.InRange(source.TextBytes, 1, (new FileInfo(file).Length * ImportLimits.ExpansionMax) + (1 << 20) + buffer.Length);
    }

    [Fact]
    public void A_walk_is_ordered_and_ends_in_spite_of_links()
    {
        using var folder = new TempFolder();
        using var elsewhere = new TempFolder();
        Directory.CreateDirectory(folder.Combine("b/inner"));
        Directory.CreateDirectory(folder.Combine(".git"));
        foreach (string name in new[] { "c.txt", "b/z.txt", "b/inner/a.txt", ".git/config", "a.txt" })
            File.WriteAllText(folder.Combine(name), "x");
        File.WriteAllText(elsewhere.Combine("target.txt"), "x");
        File.WriteAllText(folder.Combine("empty.txt"), "");
        Directory.CreateSymbolicLink(folder.Combine("b/loop"), folder.Path);
        File.CreateSymbolicLink(folder.Combine("b/same.txt"), folder.Combine("a.txt"));
        File.CreateSymbolicLink(folder.Combine("d.txt"), elsewhere.Combine("target.txt"));
        File.CreateSymbolicLink(folder.Combine("e.txt"), folder.Combine("nowhere"));
        File.CreateSymbolicLink(folder.Combine("f.txt"), folder.Combine("f.txt"));
        string[] expected = [.. new[] { "a.txt", "b/inner/a.txt", "b/z.txt", "c.txt" }.Select(folder.Combine), elsewhere.Combine("target.txt")];
        Assert.Equal(expected, new SourceWalk([folder.Path]).Files().Select(file => file.Path));
    }

    private static void Fill(TempFolder folder)
    {
        File.WriteAllText(folder.Combine("a.md"), "# One\ntext\n# Two\ntext\n");
        File.WriteAllText(folder.Combine("b.jsonl"), "{\"text\":\"good\"}\n{\"text\":\n{\"text\":\"also\"}\n");
        File.WriteAllBytes(folder.Combine("c.bin"), [1, 0, 2]);
        using (var zipped = new GZipStream(File.Create(folder.Combine("c.txt.gz")), CompressionLevel.Fastest))
            zipped.Write("compressed text"u8);
        File.WriteAllBytes(folder.Combine("d.txt.gz"), [1, 2, 3]);
        File.WriteAllText(folder.Combine("e.json"), """{"memories":[{"text":"m1"}]}""");
        File.WriteAllText(folder.Combine("f.txt"), "plain");
    }

    private static Task<ImportSummary> RunAsync(Place place, TempFolder folder) =>
        new ImportRun(new StoreTarget(place.Memories, place.Store), new ImportOptions(), place.Time)
            .RunAsync(new SourceWalk([folder.Path]).Files(), null, Abort);

    private static List<string> Keys(Place place) =>
        [.. place.Store.List(MemoryKeys.Prefix(), [], 10_000).Keys.Select(Convert.ToHexString)];

    private sealed class StoppingTarget(IImportTarget inner, int batches, CancellationTokenSource stop) : IImportTarget
    {
        private int _left = batches;

        public async ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation)
        {
            if (_left-- == 0)
            {
                await stop.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
            }

            return await inner.SaveAbsentAsync(drafts, cancellation);
        }

        public ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation) =>
            inner.WriteAbsentAsync(records, cancellation);
    }

    private sealed class BusyTarget(int times) : IImportTarget
    {
        private int _left = times;

        public ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<bool>?>(_left-- > 0 ? null : [.. drafts.Select(_ => true)]);

        public ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<bool>?>(_left-- > 0 ? null : [.. records.Select(_ => true)]);
    }

    /// <summary>A clock whose timers are always due.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
