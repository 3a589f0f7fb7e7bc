using System.Threading.Channels;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>
/// Tells one consumer what happens to the objects of a scope: first everything that is there, then every change, for ever. Streams
/// that end go on where they ended; when the server no longer knows that place, everything is listed and only the differences are told.
/// </summary>
internal sealed class Watcher<T>(ClusterClient client, Resource<T> resource, ListScope scope, WatcherOptions options, TimeProvider time)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly KnownObjects<T> _known = new(resource);
    private readonly Channel<WatchEvent<T>> _events = Channel.CreateBounded<WatchEvent<T>>(
        new BoundedChannelOptions(options.WaitingMax) { SingleReader = true, SingleWriter = true });

    private WatchStatus _status = new(false, 0, 0, 0, 0, null, null);
    private string? _version;
    private bool _heard;

    /// <summary>What happened, in order. Who does not read it stops the watch, and nothing is lost.</summary>
    public ChannelReader<WatchEvent<T>> Events => _events.Reader;

    public WatchStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>Watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        int failures = 0;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                _heard = false;
                bool failed = await FailsAsync(cancellation);

                // A server that ends every stream at once without a word is not well either.
                failures = _heard ? (failed ? 1 : 0) : failures + 1;
                if (failures > 0)
                    await Task.Delay(options.Backoff.After(failures, options.Randomizer()), time, cancellation);
            }
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    private async Task<bool> FailsAsync(CancellationToken cancellation)
    {
        try
        {
            _version ??= await ListAsync(cancellation);
            await FollowAsync(cancellation);
            return false;
        }
        catch (ClusterException failure)
        {
            // The first two are where the stream cannot go on from; what cannot be read or is too long would come again.
            if (failure.Fault is ClusterFault.Gone or ClusterFault.NotFound or ClusterFault.Unreadable or ClusterFault.TooLarge)
                _version = null;
            Change(now => now with { Failures = now.Failures + 1, LastFailure = failure.Message });
            return true;
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellation)
    {
        ClusterList<T> list = await client.ListAsync(resource, scope, cancellation);
        Heard();
        foreach (WatchEvent<T> each in _known.Compare(list.Items))
            await _events.Writer.WriteAsync(each, cancellation);
        Change(static now => now with { Lists = now.Lists + 1, IsSynced = true });
        return list.ResourceVersion;
    }

    // Returns when the server ends the stream, or when it should have and did not.
    private async Task FollowAsync(CancellationToken cancellation)
    {
        long opened = time.GetTimestamp();
        TimeSpan limit = options.StreamLimit * (1 + options.Randomizer());
        using var late = new CancellationTokenSource(limit + options.StreamMargin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            HttpResponseMessage answer = await client.OpenWatchAsync(resource, scope, _version!, limit, either.Token);
            using WatchStream<T> stream = await WatchStream<T>.OfAsync(answer, resource, options.LineBytesMax, either.Token);
            Change(static now => now with { Streams = now.Streams + 1 });
            while (await stream.ReadAsync(either.Token) is { } line)
                await TellAsync(line, cancellation);

            // A stream that lasted has done its work, even in silence.
            _heard |= time.GetElapsedTime(opened) > limit / 2;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            Change(static now => now with { Failures = now.Failures + 1, LastFailure = "A stream was silent past its end." });
        }
    }

    private async Task TellAsync(WatchLine<T> line, CancellationToken cancellation)
    {
        Heard();
        if (line.Object is { } item)
        {
            IEnumerable<WatchEvent<T>> told = line.Kind == WatchLineKind.Deleted ? _known.Deleted(item) : _known.Present(item);
            foreach (WatchEvent<T> each in told)
                await _events.Writer.WriteAsync(each, cancellation);
            Change(static now => now with { Events = now.Events + 1 });
        }

        _version = line.ResourceVersion;
    }

    private void Heard()
    {
        _heard = true;
        DateTimeOffset at = time.GetUtcNow();
        Change(now => now with { LastHeard = at });
    }

    private void Change(Func<WatchStatus, WatchStatus> change)
    {
        lock (_gate)
            _status = change(_status);
    }
}
