using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Queues;

public sealed class EntityQueueTests : IDisposable
{
    private static readonly EntityKey A = new("ns", "a");
    private static readonly EntityKey B = new("ns", "b");
    private static readonly EntityKey C = new("ns", "c");

    private readonly SteppedTime _time = new();
    private readonly EntityQueue _queue;

    public EntityQueueTests() => _queue = new EntityQueue(new QueueOptions { KeysMax = 3, RepetitionsBurst = 5 }, _time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task An_object_waits_once_however_often_it_is_added()
    {
        for (int i = 0; i < 10; i++)
            Assert.True(_queue.TryAdd(A));
        _queue.TryAdd(B);
        Assert.Equal(A, await Take());
        Assert.Equal(B, await Take());
        Assert.Equal(0, _queue.Status.Waiting);
    }

    [Fact]
    public async Task An_object_has_one_worker_and_comes_again_behind_the_others()
    {
        _queue.TryAdd(A);
        Assert.Equal(A, await Take());
        _queue.TryAdd(A);
        _queue.TryAdd(B);
        Assert.Equal(B, await Take());
        ValueTask<EntityKey> next = _queue.TakeAsync(TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        _queue.TryAdd(C);
        Assert.Equal(C, await next);
        _queue.Done(A);
        Assert.Equal(A, await Take());
    }

    [Fact]
    public async Task No_event_clears_a_timer()
    {
        _queue.AddAfter(A, TimeSpan.FromHours(10));
        for (int i = 0; i < 3; i++)
        {
            _queue.TryAdd(A);
            Assert.Equal(A, await Take());
            _queue.Forget(A);
            _queue.Done(A);
            _time.Advance(TimeSpan.FromHours(3));
        }

        Assert.Equal(0, _queue.Status.Waiting);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(A, await Take());
    }

    [Fact]
    public async Task The_earlier_of_two_timers_counts_and_goes_off_once()
    {
        _queue.AddAfter(A, TimeSpan.FromMinutes(10));
        _queue.AddAfter(A, TimeSpan.FromMinutes(1));
        _queue.AddAfter(A, TimeSpan.FromMinutes(5));
        Assert.Equal(1, _queue.Status.Timers);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, _queue.Status.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(A, await Take());
        _queue.Done(A);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new QueueStatus(0, 0, 0, 1, 0), _queue.Status);
    }

    [Fact]
    public async Task A_timer_that_goes_off_while_its_object_is_worked_on_is_not_lost()
    {
        _queue.TryAdd(A);
        Assert.Equal(A, await Take());
        _queue.AddAfter(A, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _queue.Status.Waiting);
        _queue.Done(A);
        Assert.Equal(A, await Take());
    }

    [Fact]
    public void Failures_make_an_object_wait_longer_until_it_goes_well()
    {
        Assert.Equal([5, 10, 20], Enumerable.Range(0, 3).Select(_ => WaitAfterFailure()));
        _queue.Forget(A);
        Assert.Equal(5, WaitAfterFailure());
    }

    [Fact]
    public void Many_failures_together_come_again_at_a_rate()
    {
        using var queue = new EntityQueue(new QueueOptions { RepetitionsBurst = 5 }, _time);
        for (int i = 0; i < 25; i++)
            Assert.True(queue.AddRateLimited(new EntityKey("ns", $"{i}")));
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(5, queue.Status.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(15, queue.Status.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(25, queue.Status.Waiting);
    }

    [Fact]
    public async Task A_full_queue_takes_what_it_knows_and_lets_others_wait_for_room()
    {
        Assert.True(_queue.TryAdd(A));
        Assert.True(_queue.AddAfter(B, TimeSpan.FromHours(1)));
        Assert.True(_queue.AddRateLimited(C));
        var more = new EntityKey("ns", "more");
        Assert.False(_queue.TryAdd(more));
        Assert.False(_queue.AddAfter(more, TimeSpan.FromSeconds(1)));
        Assert.False(_queue.AddRateLimited(more));
        Assert.True(_queue.TryAdd(B));
        Task adding = _queue.AddAsync(more, TestContext.Current.CancellationToken).AsTask();
        Assert.False(adding.IsCompleted);
        Assert.Equal(A, await Take());
        _queue.Done(A);
        await adding;
        Assert.Equal(B, await Take());
        Assert.Equal(more, await Take());
    }

    [Fact]
    public async Task What_is_dropped_leaves_nothing_behind()
    {
        _queue.TryAdd(A);
        Assert.Equal(A, await Take());
        _queue.AddRateLimited(A);
        _queue.Drop(A);
        _queue.Done(A);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 0, 0), (_queue.Status.Waiting, _queue.Status.Working, _queue.Status.Timers));
        Assert.True(_queue.TryAdd(B) && _queue.TryAdd(C) && _queue.TryAdd(new EntityKey("ns", "d")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_operations_never_lose_an_object_or_give_it_to_two_workers(int seed)
    {
        var random = new Random(seed);
        using var queue = new EntityQueue(new QueueOptions(), _time);
        HashSet<EntityKey> wanted = [];
        HashSet<EntityKey> working = [];
        for (int i = 0; i < 5_000; i++)
        {
            var key = new EntityKey("ns", $"{random.Next(20)}");
            switch (random.Next(5))
            {
                case 0:
                    Assert.True(queue.TryAdd(key));
                    wanted.Add(key);
                    break;
                case 1:
                    Assert.True(queue.AddAfter(key, TimeSpan.FromSeconds(random.Next(1, 100))));
                    wanted.Add(key);
                    break;
                case 2:
                    _time.Advance(TimeSpan.FromSeconds(random.Next(3)));
                    break;
                case 3 when queue.Status.Waiting > 0:
                    EntityKey taken = await queue.TakeAsync(TestContext.Current.CancellationToken);
                    Assert.True(working.Add(taken), $"{taken} has two workers (seed {seed}, step {i})");
                    wanted.Remove(taken);
                    break;
                case 4 when working.Count > 0:
                    EntityKey done = working.First();
                    working.Remove(done);
                    queue.Done(done);
                    break;
            }
        }

        foreach (EntityKey key in working)
            queue.Done(key);
        _time.Advance(TimeSpan.FromSeconds(100));
        while (queue.Status.Waiting > 0)
        {
            EntityKey last = await queue.TakeAsync(TestContext.Current.CancellationToken);
            wanted.Remove(last);
            queue.Done(last);
        }

        Assert.Empty(wanted);
    }

    // Milliseconds until the object waits again after it failed.
    private int WaitAfterFailure()
    {
        _queue.AddRateLimited(A);
        int waited = 0;
        while (_queue.Status.Waiting == 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            waited++;
        }

        ValueTask<EntityKey> taken = _queue.TakeAsync(TestContext.Current.CancellationToken);
        Assert.True(taken.IsCompleted);
        _queue.Done(A);
        return waited;
    }

    private ValueTask<EntityKey> Take() => _queue.TakeAsync(TestContext.Current.CancellationToken);
}
