using System.Collections.Concurrent;
using Thermocline.Operator.Cluster.Queues;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Figures of one controller, under the names that dashboards of controller-runtime ask for.</summary>
/// <param name="name">Its name.</param>
/// <param name="time">The clock.</param>
internal sealed class ReconcileMeter(string name, TimeProvider time)
{
    private readonly ConcurrentDictionary<object, long> _running = new();

    public string Name => name;

    /// <summary>By controller and result: success, requeue_after, error.</summary>
    public Counts Results { get; } = new("controller", "result");

    public Durations Took { get; } = new("controller");

    public Durations Work { get; } = new("name");

    public Durations Waited { get; } = new("name");

    /// <summary>Times something was thrown that nobody foresaw.</summary>
    public long Thrown => Results[name, "panic"];

    public int Running => _running.Count;

    /// <summary>Objects that are worked on at the same time, at most.</summary>
    public int WorkersMax { get; set; }

    /// <summary>The queues of the controller at this moment; none while it does not lead.</summary>
    public Func<IReadOnlyList<QueueStatus>> Queues { get; set; } = static () => [];

    /// <summary>Seconds of work that is not done yet: of all together, and of the longest.</summary>
    public (double All, double Longest) Unfinished
    {
        get
        {
            double[] each = [.. _running.Values.Select(began => time.GetElapsedTime(began).TotalSeconds)];
            return each.Length == 0 ? (0, 0) : (each.Sum(), each.Max());
        }
    }

    public void Begin()
    {
        foreach (string result in (string[])["success", "requeue_after", "error"])
            Results.Begin(name, result);
        Took.Begin(name);
        Work.Begin(name);
        Waited.Begin(name);
    }

    /// <summary>A piece of work begins; it ends with <see cref="Ended"/>.</summary>
    public object Began()
    {
        var work = new object();
        _running[work] = time.GetTimestamp();
        return work;
    }

    public TimeSpan Ended(object work, string result)
    {
        TimeSpan took = _running.TryRemove(work, out long began) ? time.GetElapsedTime(began) : TimeSpan.Zero;
        Results.Add(name, result);
        Took.Observe(name, took);
        Work.Observe(name, took);
        return took;
    }
}
