using Thermocline.Memory.Ids;
using Thermocline.Memory.Search;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Search;

public sealed class DamagedMemoriesTests
{
    [Fact]
    public async Task One_damaged_memory_hides_no_other_and_is_counted()
    {
        var files = new MemoryFiles();
        using (TieredStore store = Stores.OpenSmall(files))
        {
            using Memories memories = Over(store);
            await memories.SaveAsync([.. Enumerable.Range(0, 20).Select(i => MemoryDraft.OfText($"whale number{i} sings"))]);
        }

        Flip(files, "number7 sings"u8);
        using TieredStore reopened = Stores.OpenSmall(files);
        using Memories again = Over(reopened);
        using SearchAnswer answer = await again.SearchAsync(new SearchRequest { Query = "whale", ResultsMax = 100 }, TestContext.Current.CancellationToken);
        Assert.Equal(SearchOutcome.Done, answer.Outcome);
        Assert.Equal((20, 19, 1), (answer.Scanned, answer.Matched, answer.Damaged));
        Assert.DoesNotContain(answer.Hits, hit => answer.Read(hit)!.Text.Contains("number7 ", StringComparison.Ordinal));
    }

    private static Memories Over(TieredStore store) =>
        new(store, TimeProvider.System, new IdSource(TimeProvider.System, new Random(3).NextBytes), 1 << 20);

    private static void Flip(MemoryFiles files, ReadOnlySpan<byte> text)
    {
        foreach (string path in Below(files, "log"))
        {
            using IFile file = files.Open(path);
            var bytes = new byte[file.Length];
            file.Read(bytes, 0);
            int at = bytes.AsSpan().IndexOf(text);
            if (at >= 0)
                file.Write([(byte)(text[0] ^ 1)], at);
        }
    }

    private static IEnumerable<string> Below(MemoryFiles files, string folder)
    {
        foreach (string name in files.List(folder))
        {
            string path = $"{folder}/{name}";
            if (files.Exists(path))
                yield return path;
            foreach (string inner in Below(files, path))
                yield return inner;
        }
    }
}
