using System.Net;
using Thermocline.Host.Tests.Fixture;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

/// <summary>What becomes of requests for which there is no memory.</summary>
public sealed class RequestGuardTests
{
    // The clock is asked by requests alone while nobody looks at memory.
    private const string Quiet = "budget: {intervalSeconds: 3600}\n";

    [Fact]
    public async Task A_read_that_finds_no_memory_is_tried_once_more()
    {
        var time = new ScarceTime();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Quiet, time: time);
        using HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/notes/a?ttlSeconds=600", [1, 2, 3]);
        Assert.True(put.IsSuccessStatusCode);

        time.FailNext(1);
        using HttpResponseMessage answer = await sidecar.GetAsync("/v1/kv/notes/a");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([1, 2, 3], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, time.Left);
    }

    [Fact]
    public async Task A_search_that_finds_no_memory_is_tried_once_more()
    {
        var time = new ScarceTime();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Quiet, time: time);
        using HttpResponseMessage saved = await sidecar.PostJsonAsync("/v1/memories", """{"text":"deep and cold"}""");
        Assert.True(saved.IsSuccessStatusCode);

        time.FailNext(1);
        using HttpResponseMessage answer = await sidecar.PostJsonAsync("/v1/memories:search", """{"query":"cold"}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("deep and cold", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, time.Left);
    }

    [Fact]
    public async Task A_read_that_finds_none_twice_is_told_so_and_the_next_one_is_answered()
    {
        var time = new ScarceTime();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Quiet, time: time);
        using HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/notes/a?ttlSeconds=600", [1]);

        time.FailNext(2);
        using HttpResponseMessage refused = await sidecar.GetAsync("/v1/kv/notes/a");
        using HttpResponseMessage answer = await sidecar.GetAsync("/v1/kv/notes/a");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("memory-pressure", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_write_that_finds_no_memory_is_never_tried_again_by_itself()
    {
        var time = new ScarceTime();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Quiet, time: time);

        time.FailNext(1);
        using HttpResponseMessage refused = await sidecar.PostJsonAsync("/v1/memories", """{"text":"deep and cold"}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(0, time.Left);
    }

    /// <summary>A clock that has no memory to tell requests the time, so many times.</summary>
    private sealed class ScarceTime : TimeProvider
    {
        private int _left;

        public int Left => Volatile.Read(ref _left);

        public void FailNext(int times) => Volatile.Write(ref _left, times);

        public override DateTimeOffset GetUtcNow()
        {
            if (Left > 0 && Thread.CurrentThread.IsThreadPoolThread)
            {
                Interlocked.Decrement(ref _left);
#pragma warning disable CA2201 // It stands for the runtime, which is the one to raise it.
                throw new OutOfMemoryException();
#pragma warning restore CA2201
            }

            return base.GetUtcNow();
        }
    }
}
