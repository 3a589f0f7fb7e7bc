using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Events;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Events;

public sealed class AccessCountsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Reads_of_one_memory_are_counted_together_and_taken_once()
    {
        var counts = new AccessCounts(_time);
        counts.Note(Id(1), "s");
        _time.Advance(TimeSpan.FromSeconds(3));
        counts.Note(Id(1), "s");
        counts.Note(Id(2), null);
        IReadOnlyDictionary<MemoryId, AccessCounts.Access> taken = counts.Take();
        Assert.Equal(new AccessCounts.Access("s", 2, _time.GetUtcNow()), taken[Id(1)]);
        Assert.Equal(new AccessCounts.Access("", 1, _time.GetUtcNow()), taken[Id(2)]);
        Assert.Empty(counts.Take());
    }

    [Fact]
    public void What_there_is_no_room_for_is_counted_as_untold()
    {
        var counts = new AccessCounts(_time);
        for (int i = 0; i < AccessCounts.MemoriesMax + 5; i++)
            counts.Note(Id(i), null);
        counts.Note(Id(0), null);
        Assert.Equal(5, counts.Untold);
        IReadOnlyDictionary<MemoryId, AccessCounts.Access> taken = counts.Take();
        Assert.Equal((AccessCounts.MemoriesMax, 2L), (taken.Count, taken[Id(0)].Count));
        counts.Drop(taken);
        Assert.Equal(5 + AccessCounts.MemoriesMax + 1, counts.Untold);
    }

    private static MemoryId Id(int tail) => MemoryId.Of(1, (UInt128)tail);
}
