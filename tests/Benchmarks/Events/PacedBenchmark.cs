using System.Globalization;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Report;
using Thermocline.Store;

namespace Thermocline.Benchmarks.Events;

/// <summary>
/// How long a publication takes at a steady 100,000 events/s, and in the same rounds what of it is not the bus's: whoever publishes, on
/// a bus that answers at once, and the disk, without a bus.
/// </summary>
internal sealed class PacedBenchmark : IBenchmark
{
    private const int PerSecond = 100_000;
    private static readonly int[] Batches = [1, 10, 100];

    // Code is compiled again, better, for as long as it is new: about two seconds at this pace on two cores.
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);

    public string Name => "events-paced";

    public string Summary => "latency of publications at a steady 100,000 events/s, in process, beside the disk alone and the publisher alone";

    public void Run(BenchSession session)
    {
        if (Machine.FileSystemOf(session.Folder) is "tmpfs" or "ramfs")
            session.Say("The folder is in RAM: nothing here is durable, do not quote these figures. Choose another --folder.");
        foreach (DurabilityPolicy policy in new[] { DurabilityPolicy.Always, DurabilityPolicy.Interval })
        {
            using var folder = new BusFolder(session.NewFolder($"events-paced-{policy}"), policy);
            string disk = session.NewFolder("events-paced-disk");
            foreach (int batch in Batches)
                Pace(session, folder, policy, batch, disk);
        }
    }

    private void Pace(BenchSession session, BusFolder folder, DurabilityPolicy policy, int batch, string disk)
    {
        var source = new EventSource(session.Arguments.Seed);
        var prompt = new PromptBus();
        var duration = TimeSpan.FromSeconds(session.Quick ? 1 : 2);
        var bus = new List<Samples>();
        var publisher = new List<Samples>();
        var alone = new List<Samples>();
        PacedRun.Publish(folder.Bus, $"t{batch}", source, batch, PerSecond, Warming);
        for (int round = 0; round < (session.Quick ? 3 : 5); round++)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            publisher.Add(PacedRun.Publish(prompt, "t", source, batch, PerSecond, duration));
            if (policy == DurabilityPolicy.Always)
                alone.Add(DiskAlone.Write(disk, batch, PerSecond, duration));
            bus.Add(PacedRun.Publish(folder.Bus, $"t{batch}", source, batch, PerSecond, duration));
        }

        Add(session, batch, policy == DurabilityPolicy.Always ? "thermocline always" : "thermocline interval", bus, goal: 1);
        Add(session, batch, "the publisher alone", publisher, goal: null);
        if (alone.Count > 0)
            Add(session, batch, "the disk alone", alone, goal: null);
    }

    private void Add(BenchSession session, int batch, string who, List<Samples> rounds, double? goal)
    {
        double Us(double percent) => Samples.Median(rounds.Select(round => round.PercentileNs(percent))) / 1_000;
        session.Add(new Row
        {
            Benchmark = Name,
            Case = string.Create(CultureInfo.InvariantCulture, $"latency at {PerSecond:N0} events/s, batches of {batch}: p99"),
            Engine = who,
            Figure = Us(99) / 1_000,
            Unit = "ms",
            P50Us = Us(50),
            P99Us = Us(99),
            GoalAtMost = goal,
        });
        session.Say(string.Create(CultureInfo.InvariantCulture,
            $"batches of {batch}, {who}: p50 {Us(50):N0} µs, p99 {Us(99):N0} µs, p99.9 {Us(99.9):N0} µs; p99 of each round ")
            + string.Join(", ", rounds.Select(static round => (round.PercentileNs(99) / 1_000).ToString("N0", CultureInfo.InvariantCulture))));
    }
}
