using System.Text;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Golden;

/// <summary>
/// Images of every released format are read for ever. Those of format 1 are made by running these tests with
/// THERMOCLINE_GOLDEN set to a folder that does not exist yet.
/// </summary>
public sealed class GoldenImagesTests
{
    private const string Format = "format-1";

    public static TheoryData<string, bool> Images
    {
        get
        {
            var rows = new TheoryData<string, bool>();
            foreach (string name in GoldenImages.Names)
            {
                rows.Add(name, true);
                rows.Add(name, false);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_of_format_1_gives_every_record_and_shows_no_damage(string name, bool keepIndexSnapshot)
    {
        using var folder = new TempFolder();
        string source = Path.Combine(Kept(), name);
        Assert.NotEmpty(Directory.GetFiles(source, name == "raw" ? "*.seg" : "*.pak", SearchOption.AllDirectories));
        Copy(source, folder.Path);
        if (!keepIndexSnapshot)
            File.Delete(folder.Combine("index.snapshot"));
        Check(name, folder.Path);
    }

    [Fact]
    public async Task The_images_can_be_made_and_hold_what_the_kept_ones_do()
    {
        using var folder = new TempFolder();
        string target = Environment.GetEnvironmentVariable("THERMOCLINE_GOLDEN") is { Length: > 0 } wanted ? wanted : folder.Combine("images");
        foreach (string name in GoldenImages.Names)
        {
            await GoldenImages.MakeAsync(name, Path.Combine(target, name));
            string copy = folder.Combine($"copy of {name}");
            Copy(Path.Combine(target, name), copy);
            Check(name, copy);
        }
    }

    private static void Check(string name, string folder)
    {
        var time = new ManualTime(GoldenImages.Moment.AddDays(1));
        using TieredStore store = TieredStore.Open(Testing.Stores.Small, new DiskFiles(folder), time);
        SortedDictionary<string, GoldenRecord> records = GoldenImages.Records(name);
        Assert.Equal(records.Keys, store.List());
        foreach ((string key, GoldenRecord record) in records)
        {
            using ReadLease lease = store.Read(Testing.Stores.Key(key));
            Assert.True(lease.Found, key);
            Assert.Equal(record.Value, Encoding.UTF8.GetString(lease.Value));
            Assert.Equal(record.Metadata, Encoding.UTF8.GetString(lease.Metadata));
            Assert.Equal(record.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0, lease.ExpiresAtMs);
        }

        Assert.Null(store.Text("over"));
        Assert.Null(store.Text("text 000"));
        Assert.Empty(store.Status.Damages);
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    private static string Kept() => Path.Combine(
        RepositoryRoot.Find() ?? throw new DirectoryNotFoundException("There is no Platform.sln above the tests."), "tests", "Golden", Format);

    private static void Copy(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
