using System.Threading.Channels;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Delivery;

/// <summary>
/// Tells the server what is done with, many at once, and again until it has answered: what it was told twice it takes once. What is
/// waiting here is held, and so bounded by what a subscription holds.
/// </summary>
internal sealed class Acknowledging
{
    private const int TogetherMax = 1_000;

    private readonly RedisLink _link;
    private readonly string _group;
    private readonly Action<HeldEvent> _done;
    private readonly Channel<HeldEvent> _queue = Channel.CreateUnbounded<HeldEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _running;

    /// <param name="link">Where the server is.</param>
    /// <param name="group">Who acknowledges.</param>
    /// <param name="done">Told of each event that is acknowledged, or whose partition went to another.</param>
    public Acknowledging(RedisLink link, string group, Action<HeldEvent> done)
    {
        _link = link;
        _group = group;
        _done = done;
        _running = RunAsync();
    }

    public void Add(HeldEvent held) => _queue.Writer.TryWrite(held);

    /// <summary>Ends once everything is told, or the server is away.</summary>
    public Task EndAsync()
    {
        _queue.Writer.TryComplete();
        return _running;
    }

    private async Task RunAsync()
    {
        var together = new List<HeldEvent>();
        var pauses = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), _link.Random);
        while (together.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            while (together.Count < TogetherMax && _queue.Reader.TryRead(out HeldEvent? held))
                together.Add(held);
            try
            {
                foreach (RespValue answer in await _link.Client.SendAsync(Command(together), CancellationToken.None))
                    answer.ThrowIfError();
                pauses.Reset();
            }
            catch (RespException) when (!_queue.Reader.Completion.IsCompleted && together.Exists(held => held.Tenure.IsOurs))
            {
                await Task.Delay(pauses.Next(), _link.Time);
                continue;
            }
            catch (RespException)
            {
                // Nobody waits for it any more: it is delivered again, here or elsewhere.
            }

            together.ForEach(_done);
            together.Clear();
        }
    }

    private RespBatch Command(List<HeldEvent> together)
    {
        var batch = new RespBatch();
        foreach (IGrouping<string, HeldEvent> stream in together.GroupBy(held => held.Partition.Stream))
        {
            batch.Begin(3 + stream.Count()).Part("XACK").Part(stream.Key).Part(_group);
            foreach (HeldEvent held in stream)
                batch.Part(held.Id.ToString());
        }

        return batch;
    }
}
