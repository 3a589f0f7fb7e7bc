using Thermocline.Memory.Caches;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Caches;

public sealed class BoundedCacheTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void What_was_used_last_stays_when_there_are_too_many_entries()
    {
        BoundedCache<string, int> cache = Make(entries: 3);
        foreach (string key in new[] { "a", "b", "c" })
            cache.Add(key, 10);
        Assert.True(Has(cache, "a"));
        cache.Add("d", 10);
        Assert.Equal((true, false, true, true), (Has(cache, "a"), Has(cache, "b"), Has(cache, "c"), Has(cache, "d")));
        Assert.Equal((3, 30L, 1L), (cache.Figures.Entries, cache.Figures.Bytes, cache.Figures.Evictions));
    }

    [Fact]
    public void The_bytes_of_the_entries_never_pass_the_limit()
    {
        BoundedCache<string, int> cache = Make(bytes: 100);
        var random = new Random(2);
        for (int i = 0; i < 2000; i++)
        {
            cache.Add($"{random.Next(50)}", random.Next(0, 130));
            Assert.InRange(cache.Bytes, 0, 100);
            Assert.Equal(cache.Bytes, Enumerable.Range(0, 50).Sum(key => cache.TryFind($"{key}", _ => true, out int bytes) ? bytes : 0));
        }
    }

    [Fact]
    public void What_is_outdated_is_given_back_before_what_is_not()
    {
        BoundedCache<string, int> cache = Make();
        cache.Add("old", 10);
        _time.Advance(TimeSpan.FromSeconds(200));
        cache.Add("young", 10);
        _time.Advance(TimeSpan.FromSeconds(150));
        Assert.Equal(10, cache.Shrink(1));
        Assert.True(Has(cache, "young"));
        Assert.Equal((1L, 0L), (cache.Figures.Outdated, cache.Figures.Evictions));
    }

    [Fact]
    public void What_is_larger_than_the_cache_is_not_kept_and_takes_the_old_value_with_it()
    {
        BoundedCache<string, int> cache = Make(bytes: 100);
        cache.Add("a", 10);
        cache.Add("b", 10);
        cache.Add("a", 101);
        Assert.Equal((false, true), (Has(cache, "a"), Has(cache, "b")));
        Assert.Equal(10, cache.Bytes);
    }

    [Fact]
    public void An_entry_leaves_when_its_time_is_over_or_it_is_no_longer_true()
    {
        BoundedCache<string, int> cache = Make();
        cache.Add("a", 1);
        _time.Advance(TimeSpan.FromSeconds(299.9));
        Assert.True(Has(cache, "a"));
        cache.Add("b", 2);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal((false, true), (Has(cache, "a"), Has(cache, "b")));
        Assert.False(cache.TryFind("b", value => value == 7, out int _));
        Assert.False(Has(cache, "b"));
        CacheFigures figures = cache.Figures;
        Assert.Equal((0, 0L, 2L, 3L, 2L, 0L), (figures.Entries, figures.Bytes, figures.Hits, figures.Misses, figures.Outdated, figures.Evictions));
    }

    [Fact]
    public void A_budget_holds_the_sum_and_takes_from_each_by_what_it_holds()
    {
        var budget = new CacheBudget { BytesMax = 1000 };
        BoundedCache<string, int> large = Make(budget: budget);
        BoundedCache<string, int> small = Make(budget: budget);
        for (int i = 0; i < 80; i++)
            large.Add($"{i}", 10);
        for (int i = 0; i < 20; i++)
            small.Add($"{i}", 10);
        Assert.Equal(1000, budget.Bytes);
        budget.BytesMax = 500;
        Assert.Equal((400L, 100L), (large.Bytes, small.Bytes));
        small.Add("more", 50);
        Assert.InRange(budget.Bytes, 1, 500);
        Assert.True(Has(small, "more"));
        Assert.InRange(budget.Shrink(195), 195, 250);
        Assert.Equal(0, budget.Shrink(0));
        long rest = budget.Bytes;
        Assert.Equal(rest, budget.Shrink(long.MaxValue));
        Assert.Equal(0, budget.Bytes);
    }

    [Fact]
    public async Task Many_threads_leave_the_sums_right()
    {
        var budget = new CacheBudget { BytesMax = 3000 };
        BoundedCache<string, int>[] caches = [Make(bytes: 2000, budget: budget), Make(bytes: 2000, budget: budget)];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(() =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 5000; i++)
            {
                BoundedCache<string, int> cache = caches[random.Next(2)];
                cache.Add($"{random.Next(300)}", random.Next(100));
                cache.TryFind($"{random.Next(300)}", _ => random.Next(9) > 0, out int _);
                if (i % 500 == 0)
                    budget.Shrink(500);
            }
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.InRange(budget.Bytes, 0, 3000);
        foreach (BoundedCache<string, int> cache in caches)
            Assert.Equal(cache.Bytes, Enumerable.Range(0, 300).Sum(key => cache.TryFind($"{key}", _ => true, out int bytes) ? bytes : 0));
    }

    private BoundedCache<string, int> Make(int entries = 1000, long bytes = 10_000, CacheBudget? budget = null) =>
        new(new CacheOptions("test", entries, bytes, TimeSpan.FromSeconds(300)), (_, value) => value, _time, budget);

    private static bool Has(BoundedCache<string, int> cache, string key) => cache.TryFind(key, _ => true, out _);
}
