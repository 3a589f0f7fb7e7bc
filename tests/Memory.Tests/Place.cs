using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Search;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;

namespace Thermocline.Memory.Tests;

/// <summary>Memories on a store in RAM, with a clock of their own.</summary>
internal sealed class Place : IDisposable
{
    public Place(int contentBytesMax = 1 << 20)
    {
        Store = Stores.OpenSmall(new MemoryFiles(), Time);
        Memories = new Memories(Store, Time, new IdSource(Time, new Random(1).NextBytes), contentBytesMax);
    }

    public ManualTime Time { get; } = new();

    public TieredStore Store { get; }

    public Memories Memories { get; }

    public async Task<MemoryId> SaveAsync(string text, Func<MemoryDraft, MemoryDraft>? change = null)
    {
        MemoryDraft draft = MemoryDraft.OfText(text);
        SaveAnswer answer = await Memories.SaveAsync(change is null ? draft : change(draft));
        if (answer.Outcome != SaveOutcome.Saved)
            throw new InvalidOperationException(string.Join("; ", answer.Mistakes));
        return answer.Memories[0].Id;
    }

    public async Task<List<(string Text, double Score)>> SearchAsync(string query, SearchFilters? filters = null, int k = 10)
    {
        var request = new SearchRequest { Query = query, Filters = filters ?? new SearchFilters(), ResultsMax = k };
        using SearchAnswer answer = await Memories.SearchAsync(request, CancellationToken.None);
        if (answer.Outcome != SearchOutcome.Done)
            throw new InvalidOperationException(string.Join("; ", answer.Mistakes));
        return [.. answer.Hits.Select(hit => (answer.Read(hit)!.Text, hit.Score))];
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public void Dispose()
    {
        Memories.Dispose();
        Store.Dispose();
    }
}
