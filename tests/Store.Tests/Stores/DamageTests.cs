using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>Every byte of what is on disk is flipped in turn.</summary>
public sealed class DamageTests
{
    private static readonly string[] AllKeys = ["a", "b", "c", "d", "e", "gone", "long", "edited"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Any_flipped_byte_of_a_segment_is_reported_and_never_gives_a_wrong_value(bool keepIndexSnapshot)
    {
        (MemoryFiles files, string path, Dictionary<string, string> expected) = await CreateAsync();
        long length = Length(files, path);
        byte[] good = Content(files, path);
        for (long offset = 0; offset < length; offset++)
        {
            Flip(files, path, offset);
            if (!keepIndexSnapshot)
                Hide(files, "index.snapshot");
            using (TieredStore store = Testing.Stores.OpenSmall(files))
            {
                int damagedKeys = CheckValues(store, expected, offset);
                Assert.True(damagedKeys <= 1, $"offset {offset}: {damagedKeys} keys are damaged");
                List<string> listed = store.List();
                foreach (string key in expected.Keys)
                    Assert.True(listed.Contains(key) || damagedKeys == 1, $"offset {offset}: {key} is not listed");
                Assert.DoesNotContain("gone", listed);
                CheckReport(store, path, offset, damagedKeys);
            }

            if (!keepIndexSnapshot)
                Restore(files, "index.snapshot");
            Replace(files, path, good);
        }
    }

    [Theory]
    [InlineData(CompressionLevel.Balanced, true)]
    [InlineData(CompressionLevel.Max, true)]
    [InlineData(CompressionLevel.Off, false)]
    [InlineData(CompressionLevel.Balanced, false)]
    [InlineData(CompressionLevel.Max, false)]
    public async Task Any_flipped_byte_of_a_packed_segment_is_reported_and_never_gives_a_wrong_value(
        CompressionLevel level, bool keepIndexSnapshot)
    {
        (MemoryFiles files, _, Dictionary<string, string> expected) = await CreateAsync();
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            store.Compression = level;
            Assert.Equal(1, store.Pack(CancellationToken.None));
        }

        string path = SegmentPath(files);
        Assert.EndsWith(".pak", path, StringComparison.Ordinal);
        byte[] good = Content(files, path);
        for (long offset = 0; offset < good.Length; offset++)
        {
            Flip(files, path, offset);
            if (!keepIndexSnapshot)
                Hide(files, "index.snapshot");
            using (TieredStore store = Testing.Stores.OpenSmall(files))
            {
                int damagedKeys = CheckValues(store, expected, offset);
                List<string> listed = store.List();
                foreach (string key in expected.Keys)
                    Assert.True(listed.Contains(key) || damagedKeys > 0, $"offset {offset}: {key} is not listed");
                Assert.DoesNotContain("gone", listed);
                CheckReport(store, path, offset, damagedKeys);
            }

            if (!keepIndexSnapshot)
                Restore(files, "index.snapshot");
            Replace(files, path, good);
        }
    }

    [Fact]
    public async Task A_flipped_byte_of_the_index_snapshot_never_gives_a_wrong_value()
    {
        (MemoryFiles files, _, Dictionary<string, string> expected) = await CreateAsync();
        byte[] good = Content(files, "index.snapshot");
        for (long offset = 0; offset < good.Length; offset += 3)
        {
            Replace(files, "index.snapshot", good);
            Flip(files, "index.snapshot", offset);
            using TieredStore store = Testing.Stores.OpenSmall(files);
            CheckValues(store, expected, offset);
            Assert.NotEmpty(store.Status.Damages);
            store.Dispose();
            // What a damaged page could not answer, the next open answers from the log.
            using TieredStore again = Testing.Stores.OpenSmall(files);
            Assert.Equal(0, CheckValues(again, expected, offset));
        }
    }

    [Fact]
    public async Task Any_flipped_byte_of_the_identity_is_reported_and_changes_nothing()
    {
        (MemoryFiles files, _, Dictionary<string, string> expected) = await CreateAsync();
        for (long offset = 0; offset < 128; offset++)
        {
            Flip(files, "identity", offset);
            using (TieredStore store = Testing.Stores.OpenSmall(files))
            {
                Assert.Equal(0, CheckValues(store, expected, offset));
                Damage damage = Assert.Single(store.Status.Damages);
                Assert.Equal("identity", damage.File);
                Assert.InRange(offset - damage.Offset, 0, 63);
            }

            Flip(files, "identity", offset);
        }
    }

    [Fact]
    public async Task A_damaged_record_can_be_replaced_and_deleted()
    {
        (MemoryFiles files, string path, _) = await CreateAsync();
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            long offset = OffsetOf(files, path, "newest a");
            Flip(files, path, offset);
            StoreException damaged = Assert.Throws<StoreException>(() => store.Text("a"));
            Assert.Equal(StoreFault.Damaged, damaged.Fault);
            Assert.Equal(path, damaged.File);
            Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("a", "x", Condition.IfAbsent)).Outcome);
            Assert.Equal(WriteOutcome.Done, (await store.PutAsync("a", "healed")).Outcome);
            Assert.Equal("healed", store.Text("a"));
        }

        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.Equal("healed", again.Text("a"));
        Assert.Equal(WriteOutcome.Done, (await again.DeleteAsync("a")).Outcome);
        Assert.Null(again.Text("a"));
    }

    [Fact]
    public async Task A_value_that_contains_frames_of_its_own_segment_is_not_taken_for_them()
    {
        // The attacker reads the raw segment, puts a frame of it into a value, and the frame before it is damaged.
        var files = new MemoryFiles();
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            await store.PutAsync("victim", "first");
            string path = SegmentPath(files);
            byte[] segment = Content(files, path);
            await store.WriteAsync(new WriteOperation { Key = Testing.Stores.Key("attack"), Value = segment.AsMemory(0, 512) });
            await store.PutAsync("victim", "second");
        }

        string last = SegmentPath(files);
        byte[] content = Content(files, last);
        int copy = content.AsSpan().LastIndexOf(content.AsSpan(0, 64));
        Assert.True(copy > 128);
        // The header of the attacking frame lies before the copied bytes.
        Flip(files, last, copy - 40);
        files.Delete("index.snapshot");
        Flip(files, last, content.Length - 30);
        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.Equal("second", again.Text("victim"));
    }

    private static async Task<(MemoryFiles Files, string Path, Dictionary<string, string> Expected)> CreateAsync()
    {
        var files = new MemoryFiles();
        var expected = new Dictionary<string, string>();
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            foreach (string key in AllKeys)
                await store.PutAsync(key, key == "edited" ? Edited("older") : $"older {key}");
            foreach (string key in AllKeys)
            {
                expected[key] = key switch
                {
                    "long" => new string('l', 700),
                    "edited" => Edited("newest"),
                    _ => $"newest {key}",
                };
                await store.PutAsync(key, expected[key]);
            }

            await store.DeleteAsync("gone");
            expected.Remove("gone");
            Assert.Equal(1, store.Status.DeltaFrames);
        }

        return (files, SegmentPath(files), expected);
    }

    private static string Edited(string word) => $"{word} {string.Join(' ', Enumerable.Range(0, 170))}";

    /// <summary>Every key gives its newest value or says that it is damaged; returns how many do the latter.</summary>
    private static int CheckValues(TieredStore store, Dictionary<string, string> expected, long offset)
    {
        int damaged = 0;
        foreach (string key in AllKeys)
        {
            try
            {
                Assert.True(expected.GetValueOrDefault(key) == store.Text(key), $"offset {offset}: {key} is {store.Text(key)}");
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                damaged++;
            }
        }

        return damaged;
    }

    private static void CheckReport(TieredStore store, string path, long offset, int damagedKeys)
    {
        // A trailer that cannot be read looks like a crash during sealing: then it is cut, made again, and reported as such.
        IEnumerable<Damage> found = store.Verify(CancellationToken.None).Concat(store.Status.Recovery.Torn);
        Assert.True(found.Any(damage => damage.File == path && damage.Offset <= offset), $"offset {offset} is not reported");
        Assert.True(damagedKeys == 0 || store.Status.Damages.Any(damage => damage.File == path && damage.Offset <= offset));
    }

    private static string SegmentPath(MemoryFiles files)
    {
        string year = $"log/{Assert.Single(files.List("log"))}";
        string month = $"{year}/{Assert.Single(files.List(year))}";
        return $"{month}/{files.List(month)[^1]}";
    }

    private static long OffsetOf(MemoryFiles files, string path, string text) =>
        Content(files, path).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));

    private static long Length(MemoryFiles files, string path)
    {
        using IFile file = files.Open(path);
        return file.Length;
    }

    private static byte[] Content(MemoryFiles files, string path)
    {
        using IFile file = files.Open(path);
        var content = new byte[file.Length];
        Assert.Equal(content.Length, file.Read(content, 0));
        return content;
    }

    private static void Replace(MemoryFiles files, string path, byte[] content)
    {
        files.Delete(path);
        using IFile file = files.Create(path, 0);
        file.Write(content, 0);
    }

    private static void Hide(MemoryFiles files, string path) => files.Rename(path, path + ".hidden");

    private static void Restore(MemoryFiles files, string path)
    {
        files.Delete(path);
        files.Rename(path + ".hidden", path);
    }

    private static void Flip(MemoryFiles files, string path, long offset)
    {
        using IFile file = files.Open(path);
        var bytes = new byte[1];
        file.Read(bytes, offset);
        bytes[0] ^= (byte)(1 << (int)(offset % 8));
        file.Write(bytes, offset);
    }
}
