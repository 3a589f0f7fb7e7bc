using System.Text;
using Thermocline.Memory.Indexes;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Memory.Tests.Indexes;

public sealed class OrderedIndexTests
{
    private static readonly OrderedIndex ByRate = new("patterns.rate");

    [Fact]
    public async Task Any_range_finds_what_a_look_at_every_record_finds_in_pages_of_any_size()
    {
        using var place = new Place();
        var random = new Random(9);
        List<(double Rate, string Name, string Key)> all = [];
        for (int i = 0; i < 400; i++)
        {
            (double Rate, string Name, string Key) record = (random.Next(-5, 6) / 2.0, random.Next(2) == 0 ? "" : "a\0b", $"key {i}");
            all.Add(record);
            await SaveAsync(place, record);
        }

        all.Sort((left, right) => left.Rate != right.Rate ? left.Rate.CompareTo(right.Rate)
            : left.Name != right.Name ? string.CompareOrdinal(left.Name, right.Name)
            : string.CompareOrdinal(left.Key, right.Key));
        for (int round = 0; round < 200; round++)
        {
            double? from = random.Next(4) == 0 ? null : random.Next(-6, 7) / 2.0;
            double? to = random.Next(4) == 0 ? null : random.Next(-6, 7) / 2.0;
            bool fromExcluded = random.Next(2) == 0;
            bool toExcluded = random.Next(2) == 0;
            var range = new IndexRange { From = Bound(from), FromExcluded = fromExcluded, To = Bound(to), ToExcluded = toExcluded };
            IEnumerable<string> expected = all
                .Where(each => from is null || each.Rate > from || (each.Rate == from && !fromExcluded))
                .Where(each => to is null || each.Rate < to || (each.Rate == to && !toExcluded))
                .Select(each => each.Key);
            Assert.Equal(expected, Find(place.Store.List, range, random.Next(1, 60)));
        }
    }

    [Fact]
    public async Task An_entry_goes_with_its_record_in_one_batch_and_a_snapshot_sees_both_or_neither()
    {
        using var place = new Place();
        await SaveAsync(place, (1, "", "kept"));
        await SaveAsync(place, (2, "", "gone"));
        using StoreSnapshot before = place.Store.Snapshot();
        byte[] key = Keys.Compose("patterns", "gone");
        await place.Store.WriteAsync(new[] { new WriteOperation { Key = key, Delete = true }, ByRate.Delete(Values(2, ""), key) });
        Assert.Equal(["kept"], Find(place.Store.List, new IndexRange(), 10));
        Assert.Equal(["kept", "gone"], Find(before.List, new IndexRange(), 10));
    }

    [Fact]
    public void Values_that_fit_no_key_and_names_that_are_too_long_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ByRate.Put(new OrderedKey().Add(new string('x', 1024)), Keys.Compose("c", "k")));
        Assert.Throws<ArgumentException>(() => ByRate.Put(new OrderedKey().Add(1L), []));
        Assert.Throws<ArgumentException>(() => ByRate.Put(new OrderedKey().Add(1L), [0xFF, 1]));
        Assert.Throws<ArgumentException>(() => new OrderedIndex(new string('x', 125)));
        Assert.NotNull(new OrderedIndex(new string('x', 124)));
    }

    private static OrderedKey? Bound(double? rate) => rate is { } value ? new OrderedKey().Add(value) : null;

    private static OrderedKey Values(double rate, string name) => new OrderedKey().Add(rate).Add(name);

    private static async Task SaveAsync(Place place, (double Rate, string Name, string Key) record)
    {
        byte[] key = Keys.Compose("patterns", record.Key);
        WriteAnswer answer = await place.Store.WriteAsync(new[]
        {
            new WriteOperation { Key = key, Value = "x"u8.ToArray() },
            ByRate.Put(Values(record.Rate, record.Name), key),
        });
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
    }

    private static List<string> Find(KeyLister list, IndexRange range, int limit)
    {
        List<string> found = [];
        ReadOnlyMemory<byte> after = default;
        while (true)
        {
            IndexPage page = ByRate.Find(list, range, after, limit);
            Assert.True(page.Entries.Count <= limit);
            foreach (IndexEntry entry in page.Entries)
            {
                OrderedKeyReader values = entry.Values();
                Assert.True(values.TryRead(out double _) && values.TryRead(out string _));
                found.Add(Encoding.UTF8.GetString(Keys.KeyOf(values.Rest)));
            }

            if (!page.More)
                return found;
            after = page.Entries[^1].Bytes;
        }
    }
}
