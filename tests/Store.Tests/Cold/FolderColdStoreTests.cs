using System.Text;
using Thermocline.Store.Cold;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

public sealed class FolderColdStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<Tear> Tears => [Tear.None, Tear.All, Tear.Prefix(1), Tear.Sectors(1)];

    [Theory]
    [MemberData(nameof(Tears))]
    public async Task Power_lost_at_any_operation_leaves_whole_objects_and_every_acknowledged_one(Tear tear)
    {
        var counting = new FaultyFiles();
        await RunAsync(counting, []);
        for (int number = 0; number < counting.Operations.Count; number++)
        {
            var files = new FaultyFiles();
            files.CrashAt(number, tear);
            var acknowledged = new Dictionary<string, string>();
            await RunAsync(files, acknowledged);
            await CheckAsync(files.AfterCrash(tear), acknowledged, $"power lost at {number}, {tear}");
        }
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public async Task Any_operation_that_fails_leaves_whole_objects_and_every_acknowledged_one(Tear tear)
    {
        var counting = new FaultyFiles();
        await RunAsync(counting, []);
        for (int number = 0; number < counting.Operations.Count; number++)
        {
            var files = new FaultyFiles();
            files.FailAt(number, tear);
            var acknowledged = new Dictionary<string, string>();
            await RunAsync(files, acknowledged);
            await CheckAsync(files, acknowledged, $"failed at {number}, {tear}");
        }
    }

    [Fact]
    public async Task Two_stores_on_one_folder_replace_one_version_once_each()
    {
        using var folder = new TempFolder();
        using var one = new FolderColdStore(folder.Path, TimeProvider.System);
        using var two = new FolderColdStore(folder.Path, TimeProvider.System);
        await one.PutAsync("manifest", "0"u8.ToArray(), ColdCondition.None, Stop);
        await Parallel.ForAsync(0, 100, Stop, async (i, stop) =>
        {
            while (!await IncrementAsync(i % 2 == 0 ? one : two, stop))
            {
            }
        });
        Assert.Equal("100", Encoding.UTF8.GetString((await one.GetAsync("manifest", 10, Stop))!.Content.Span));
    }

    [Fact]
    public async Task A_write_waits_for_the_lock_of_another_process_but_not_for_ever()
    {
        var files = new MemoryFiles();
        var time = new SteppedTime();
        using var store = new FolderColdStore("memory", new FolderSeam(files, _ => DateTimeOffset.UnixEpoch, _ => { }), time);
        IDisposable other = files.Lock("~lock");
        Task<ColdPut> put = store.PutAsync("manifest", "x"u8.ToArray(), ColdCondition.IfAbsent, Stop).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(put.IsCompleted);
        Assert.False(files.Exists("manifest"));
        other.Dispose();
        Assert.True((await time.RunAsync(() => put, Stop)).IsDone);

        using IDisposable forever = files.Lock("~lock");
        StoreException told = await Assert.ThrowsAsync<StoreException>(() => time.RunAsync(
            () => store.PutAsync("manifest", "y"u8.ToArray(), ColdCondition.None, Stop).AsTask(), Stop));
        Assert.Equal(StoreFault.ColdUnavailable, told.Fault);
        Assert.Empty(files.List("~unfinished"));
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_is_refused_and_one_that_is_a_file_is_told()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Combine("file"), "x", Stop);
        StoreException told = Assert.Throws<StoreException>(() => new FolderColdStore(folder.Combine("file"), TimeProvider.System));
        Assert.True(told.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused);
    }

    [Fact]
    public async Task Directories_go_with_their_last_object_and_unfinished_files_by_age()
    {
        using var folder = new TempFolder();
        using var store = new FolderColdStore(folder.Path, TimeProvider.System);
        await store.PutAsync("tail/w/1/0", "x"u8.ToArray(), ColdCondition.None, Stop);
        await store.PutAsync("tail/w/2/0", "x"u8.ToArray(), ColdCondition.None, Stop);
        await store.DeleteAsync(["tail/w/1/0"], Stop);
        Assert.Equal(["2"], Directory.GetDirectories(folder.Combine("tail/w")).Select(Path.GetFileName));
        await store.DeleteAsync(["tail/w/2/0"], Stop);
        Assert.False(Directory.Exists(folder.Combine("tail")));

        // As a process that was killed while it wrote leaves it.
        string left = Path.Combine(folder.Combine("~unfinished"), "left");
        await File.WriteAllTextAsync(left, "half", Stop);
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-2));
        Assert.Equal(0, await store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(-3), Stop));
        Assert.Equal(1, await store.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(-1), Stop));
        Assert.False(File.Exists(left));
    }

    private static async Task<bool> IncrementAsync(FolderColdStore store, CancellationToken cancellation)
    {
        ColdObject found = (await store.GetAsync("manifest", 10, cancellation))!;
        string next = (int.Parse(Encoding.UTF8.GetString(found.Content.Span)) + 1).ToString();
        return (await store.PutAsync("manifest", Encoding.UTF8.GetBytes(next), ColdCondition.IfVersion(found.Tag), cancellation)).IsDone;
    }

    private static async Task RunAsync(FaultyFiles files, Dictionary<string, string> acknowledged)
    {
        using FolderColdStore store = Open(files);
        try
        {
            await PutAsync("manifest", "m1", ColdCondition.IfAbsent);
            await PutAsync("tail/w/1/0", "piece", ColdCondition.None);
            string tag = (await store.HeadAsync("manifest", Stop))!.Value.Tag;
            await PutAsync("manifest", "m2", ColdCondition.IfVersion(tag));
            await PutAsync("segments/a.seg", new string('s', 3000), ColdCondition.IfAbsent);
            await store.DeleteAsync(["tail/w/1/0"], Stop);
            await PutAsync("manifest", "m3", ColdCondition.None);
        }
        catch (Exception failure) when (failure is StoreException or IOException)
        {
            // What counts is what is found afterwards.
        }

        async Task PutAsync(string name, string text, ColdCondition condition)
        {
            if ((await store.PutAsync(name, Encoding.UTF8.GetBytes(text), condition, Stop)).IsDone)
                acknowledged[name] = text;
        }
    }

    private static async Task CheckAsync(FaultyFiles files, Dictionary<string, string> acknowledged, string when)
    {
        using FolderColdStore store = Open(files);
        string[] possible = ["m1", "m2", "m3", "piece", new string('s', 3000)];
        var found = new Dictionary<string, string>();
        await foreach (ColdEntry entry in store.ListAsync("", Stop))
            found[entry.Name] = Encoding.UTF8.GetString((await store.GetAsync(entry.Name, 10_000, Stop))!.Content.Span);
        Assert.All(found.Values, text => Assert.True(possible.Contains(text), $"{when}: '{text}'"));
        foreach ((string name, string text) in acknowledged.Where(pair => !pair.Key.StartsWith("tail/", StringComparison.Ordinal)))
        {
            Assert.True(found.TryGetValue(name, out string? there), $"{when}: {name} is gone");
            Assert.True(string.CompareOrdinal(there, text) >= 0, $"{when}: {name} is {there}, {text} was acknowledged");
        }

        Assert.True((await store.PutAsync("after", "x"u8.ToArray(), ColdCondition.IfAbsent, Stop)).IsDone, when);
    }

    private static FolderColdStore Open(FaultyFiles files) =>
        new("faulty", new FolderSeam(files, _ => DateTimeOffset.UnixEpoch, _ => { }), TimeProvider.System);
}
