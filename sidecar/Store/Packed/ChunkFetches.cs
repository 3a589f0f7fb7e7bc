namespace Thermocline.Store.Packed;

/// <summary>
/// Fetches chunks of one cold segment: who asks for a chunk that is on its way waits for the same answer, and who reads
/// one after the other gets the next ones in the same request.
/// </summary>
internal sealed class ChunkFetches(PackedSegment segment, ChunkCache cache, long segmentId)
{
    /// <summary>Chunks of one request.</summary>
    private const int RunMax = 16;

    /// <summary>Bytes of one request, unless a single chunk is larger.</summary>
    private const int RunBytesMax = 1 << 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task<byte[]>> _under = [];
    private int _next = -1;
    private int _run = 1;

    /// <summary>A chunk with its block restored. The array belongs to the cache: nobody may write to it.</summary>
    /// <exception cref="StoreException">The cold store is away, or the chunk is damaged.</exception>
    public Task<byte[]> GetAsync(int chunk)
    {
        lock (_lock)
        {
            if (_under.TryGetValue(chunk, out Task<byte[]>? underWay))
                return underWay;
            _run = chunk == _next ? Math.Min(_run * 2, RunMax) : 1;
            int count = CountOf(chunk);
            _next = chunk + count;
            var answers = new TaskCompletionSource<byte[]>[count];
            for (int i = 0; i < count; i++)
            {
                answers[i] = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
                _under[chunk + i] = answers[i].Task;
            }

            _ = FetchAsync(chunk, answers);
            return answers[0].Task;
        }
    }

    private int CountOf(int chunk)
    {
        int count = 1;
        long bytes = segment.ChunkLength(chunk);
        while (count < _run && chunk + count < segment.Directory.Chunks && !_under.ContainsKey(chunk + count))
        {
            bytes += segment.ChunkLength(chunk + count);
            if (bytes > RunBytesMax)
                break;
            count++;
        }

        return count;
    }

    private async Task FetchAsync(int chunk, TaskCompletionSource<byte[]>[] answers)
    {
        int answered = 0;
        try
        {
            uint[] offsets = segment.Directory.ChunkOffsets;
            var bytes = new byte[offsets[chunk + answers.Length] - offsets[chunk]];
            await segment.Remote!(segment, offsets[chunk], bytes, CancellationToken.None);
            for (; answered < answers.Length; answered++)
            {
                int start = (int)(offsets[chunk + answered] - offsets[chunk]);
                byte[] restored = segment.Restore(
                    chunk + answered, bytes.AsSpan(start, segment.ChunkLength(chunk + answered)));
                cache.Add(segmentId, chunk + answered, restored);
                answers[answered].SetResult(restored);
            }
        }
#pragma warning disable CA1031 // Whatever it was, those who wait must hear of it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            for (int i = answered; i < answers.Length; i++)
            {
                answers[i].SetException(failure);
                // Read ahead for nobody: that is no unobserved failure.
                _ = answers[i].Task.Exception;
            }
        }
        finally
        {
            lock (_lock)
            {
                for (int i = 0; i < answers.Length; i++)
                    _under.Remove(chunk + i);
            }
        }
    }
}
