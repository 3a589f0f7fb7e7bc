using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Events;
using Thermocline.Events.Redis;

namespace Thermocline.Benchmarks.Redis;

/// <summary>
/// Publishes at a steady rate, one event a call: every context is a line of its own that goes on only once its last event was taken,
/// and catches up after the server was away.
/// </summary>
internal sealed class RedisPublisher(RedisBus bus, int perSecond)
{
    private readonly Lock _gate = new();

    public long[] Published { get; } = new long[RedisLoad.Contexts];

    /// <summary>From the call to the answer, of calls that were answered with done.</summary>
    public Samples Latencies { get; } = new();

    /// <summary>Calls that were answered otherwise and repeated, by what was said.</summary>
    public Dictionary<string, int> Repeated { get; } = [];

    public Task RunAsync(TimeSpan duration, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int each = (int)(perSecond * duration.TotalSeconds / RedisLoad.Contexts);
        return Task.WhenAll(Enumerable.Range(0, RedisLoad.Contexts).Select(context => LineAsync(context, each, started, cancellation)));
    }

    private async Task LineAsync(int context, int count, long started, CancellationToken cancellation)
    {
        await Task.Yield();
        double pause = (double)RedisLoad.Contexts / perSecond;
        double offset = pause * context / RedisLoad.Contexts;
        for (int number = 0; number < count; number++)
        {
            TimeSpan early = TimeSpan.FromSeconds(offset + (number * pause)) - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, cancellation);
            await PublishAsync(context, number, cancellation);
            Published[context]++;
        }
    }

    private async Task PublishAsync(int context, long number, CancellationToken cancellation)
    {
        var draft = new[] { RedisLoad.Draft(context, number) };
        while (true)
        {
            long began = Stopwatch.GetTimestamp();
            PublishAnswer answer = await bus.PublishAsync(RedisLoad.Topic, draft, cancellation);
            long took = Stopwatch.GetTimestamp() - began;
            lock (_gate)
            {
                if (answer.Outcome == PublishOutcome.Done)
                {
                    Latencies.Add(took);
                    return;
                }

                Repeated[answer.Reason!] = Repeated.GetValueOrDefault(answer.Reason!) + 1;
            }

            await Task.Delay(20, cancellation);
        }
    }
}
