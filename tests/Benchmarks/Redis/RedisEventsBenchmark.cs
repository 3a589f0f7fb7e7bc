using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Events;
using Thermocline.Events.Redis;
using Thermocline.Testing.Events;
using Thermocline.Testing.Redis;

namespace Thermocline.Benchmarks.Redis;

/// <summary>
/// The bus on a real server under a steady load, with a consumer killed after a third of the time and the server killed, or restarted,
/// after two thirds.
/// A race only beside that: what is lost, out of order or wrongly given up has to be nothing.
/// </summary>
internal sealed class RedisEventsBenchmark : IBenchmark
{
    private const int PerSecond = 10_000;
    private const int Syncs = 500;

    private static readonly string[] Policies = ["always", "everysec"];

    public string Name => "redis-events";

    public string Summary => "10,000 events/s through Redis Streams, a consumer killed and the server killed or restarted in the middle; nothing lost, order kept";

    public void Run(BenchSession session)
    {
        if (RedisServer.Find() is not { } program)
        {
            session.Skip(RedisServer.Missing);
            return;
        }

        // Under `always` an answer waits for a sync, and for the one that is under way when it comes: nothing is faster than the disk.
        session.Say($"the disk: write and sync of 4 KiB {DiskSyncUs(session.NewFolder("sync")):N0} µs (median of {Syncs:N0})");
        foreach (string policy in Policies)
            RunAsync(session, program, policy).GetAwaiter().GetResult();
    }

    private async Task RunAsync(BenchSession session, string program, string policy)
    {
        TimeSpan duration = TimeSpan.FromSeconds(session.Quick ? 9 : 60);
        string folder = session.NewFolder("redis-events");
        await using RedisServer server = await RedisServer.StartAsync(program, session.Cancellation, RedisPeer.Arguments(folder, policy));
        await using RedisBus bus = RedisLoad.Bus(server.Unix.ToString()!, (int)session.Arguments.Seed);
        var letters = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(
            RedisLoad.Wish(RedisLoad.DeadTopic),
            (letter, _) =>
            {
                letters.Enqueue(letter.Id);
                return new(Handling.Done);
            },
            session.Cancellation);

        string[] files = [.. Enumerable.Range(0, 3).Select(number => Path.Combine(folder, $"handled-{number}"))];
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
        using ChildProcess victim = Consumer(server, files[0], kill.Token);
        using ChildProcess survivor = Consumer(server, files[1], session.Cancellation);
        var publisher = new RedisPublisher(bus, PerSecond);
        long started = Stopwatch.GetTimestamp();
        Task publishing = publisher.RunAsync(duration, session.Cancellation);
        await Task.Delay(duration / 3, session.Cancellation);
        await kill.CancelAsync();
        using ChildProcess replacement = Consumer(server, files[2], session.Cancellation);
        await Task.Delay(duration / 3, session.Cancellation);
        // Under `everysec` a kill would lose what was answered in the last second; a restart, as an update does it, loses nothing.
        if (policy == "always")
            await server.KillAsync();
        else
            await server.StopAsync();
        await server.StartAsync(session.Cancellation);

        await publishing;
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        await DrainAsync(bus, publisher, letters, session.Cancellation);
        Judge(session, policy, publisher, (took, Stopwatch.GetElapsedTime(started)), files, [.. letters]);
    }

    private static double DiskSyncUs(string folder)
    {
        using SafeFileHandle file = File.OpenHandle(Path.Combine(folder, "file"), FileMode.Create, FileAccess.Write);
        byte[] block = new byte[4096];
        var samples = new Samples();
        for (int number = 0; number < Syncs; number++)
        {
            long began = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, number * (long)block.Length);
            RandomAccess.FlushToDisk(file);
            samples.Add(Stopwatch.GetTimestamp() - began);
        }

        samples.Sort();
        return samples.PercentileNs(50) / 1000;
    }

    private static ChildProcess Consumer(RedisServer server, string file, CancellationToken killed) =>
        new([ChildCatalogue.RedisEvents, server.Unix.ToString()!, file], killed);

    private static async Task DrainAsync(
        RedisBus bus, RedisPublisher publisher, ConcurrentQueue<string> letters, CancellationToken cancellation)
    {
        long poisoned = Poisoned(publisher);
        while (letters.Count < poisoned || bus.Status.Topics.Any(topic => topic.Groups.Any(group => group.Lag > 0)))
            await Task.Delay(100, cancellation);

        // The figures may be of a moment before the last publication.
        await Task.Delay(2_000, cancellation);
    }

    private static long Poisoned(RedisPublisher publisher) => publisher.Published.Sum(count => count / RedisLoad.PoisonEvery);

    private void Judge(
        BenchSession session, string policy, RedisPublisher publisher, (TimeSpan Publishing, TimeSpan All) took, string[] files,
        string[] letters)
    {
        var history = new EventHistory();
        foreach (string file in files)
            RedisConsumer.ReadInto(history, file);
        List<string> mistakes = [.. history.Mistakes(publisher.Published)];
        mistakes.AddRange(letters.Where(letter => !RedisLoad.IsPoison(long.Parse(letter.Split('/')[1]))).Select(letter => $"{letter} was given up."));
        long missing = Poisoned(publisher) - letters.Distinct().Count();
        if (missing != 0)
            mistakes.Add($"{missing} poisoned events are not among the dead letters.");
        publisher.Latencies.Sort();
        long published = publisher.Published.Sum();
        session.Say(
            $"appendfsync {policy}: {published:N0} events in {took.Publishing.TotalSeconds:N1} s, all handled after {took.All.TotalSeconds:N1} s;"
            + $" {publisher.Repeated.Values.Sum():N0} publications repeated, {history.Repeated():N0} handlings repeated (retries of poison among them),"
            + $" {letters.Length:N0} dead letters of {Poisoned(publisher):N0} poisoned events, {letters.Length - letters.Distinct().Count()} of them twice;"
            + $" publish p50 {publisher.Latencies.PercentileNs(50) / 1000:N0} µs, p90 {publisher.Latencies.PercentileNs(90) / 1000:N0} µs, p99 {publisher.Latencies.PercentileNs(99) / 1000:N0} µs");
        foreach ((string reason, int count) in publisher.Repeated.OrderByDescending(each => each.Value).Take(5))
            session.Say($"  {count:N0} times: {reason}");
        session.Add(new Row
        {
            Benchmark = Name,
            Case = $"appendfsync {policy}, {RedisLoad.PayloadBytes} B, one event a call",
            Engine = EngineNames.Ours,
            Figure = published / took.Publishing.TotalSeconds,
            Unit = "events/s",
            P50Us = publisher.Latencies.PercentileNs(50) / 1000,
            P99Us = publisher.Latencies.PercentileNs(99) / 1000,
            GoalAtLeast = PerSecond * 0.99,
        });
        session.Add(new Row
        {
            Benchmark = Name,
            Case = $"appendfsync {policy}, a consumer killed and the server {(policy == "always" ? "killed" : "restarted")}",
            Engine = EngineNames.Ours,
            Figure = mistakes.Count,
            Unit = "lost, out of order or wrongly given up",
            GoalAtMost = 0,
        });
        if (mistakes.Count > 0)
            throw new InvalidOperationException(string.Join('\n', mistakes.Take(20)));
    }
}
