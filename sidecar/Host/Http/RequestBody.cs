using System.Buffers;

namespace Thermocline.Sidecar.Http;

/// <summary>
/// A whole request body in a pooled buffer, counted against the <see cref="BodyBudget"/> until it is disposed. Dispose
/// it only when nothing looks at <see cref="Bytes"/> any more: the store reads them until it has answered the write.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private readonly BodyBudget _budget;
    private byte[] _buffer;
    private long _taken;
    private int _filled;

    private RequestBody(BodyBudget budget)
    {
        _budget = budget;
        _buffer = [];
    }

    /// <summary>What the client sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _filled);

    /// <summary>
    /// Reads the body, of stated or unstated length. Answers the body or the problem that the client has to be told.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The body ended early, came too slowly, or was framed wrongly.</exception>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> ReadAsync(
        HttpContext context, BodyBudget budget, int bytesMax)
    {
        bytesMax = Math.Min(bytesMax, budget.RequestBytesMax);
        if (context.Request.ContentLength > bytesMax)
            return (null, TooLarge(bytesMax));
        LargeBodies.HurryRequest(context, context.Request.ContentLength ?? 0);
        RequestBody body = new(budget);
        try
        {
            Problem? problem = await body.FillAsync(context, bytesMax);
            if (problem is null)
                return (body, null);
            body.Dispose();
            return (null, problem);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _filled = 0;
        _budget.Return(_taken);
        _taken = 0;
    }

    private static Problem TooLarge(int bytesMax) =>
        new(413, ProblemCode.BodyTooLarge, "The body is larger than this request may be.", $"At most {bytesMax} bytes.");

    private async ValueTask<Problem?> FillAsync(HttpContext context, int bytesMax)
    {
        // A stated length is one rent; a body of unstated length doubles its way up.
        int capacity = (int)(context.Request.ContentLength ?? Math.Min(FirstBytes, bytesMax));
        if (capacity > 0 && !TryGrow(capacity))
            return BodiesBusy();
        bool unstated = context.Request.ContentLength is null;
        while (unstated || _filled < capacity)
        {
            if (_filled == capacity)
            {
                if (capacity == bytesMax)
                    return await EndsHereAsync(context) ? null : TooLarge(bytesMax);
                capacity = (int)Math.Min(Math.Max(capacity * 2L, FirstBytes), bytesMax);
                if (!TryGrow(capacity))
                    return BodiesBusy();
            }
            int read = await context.Request.Body.ReadAsync(
                _buffer.AsMemory(_filled, capacity - _filled), context.RequestAborted);
            if (read == 0)
                return null;
            _filled += read;
        }
        return null;
    }

    private static async ValueTask<bool> EndsHereAsync(HttpContext context) =>
        await context.Request.Body.ReadAsync(new byte[1], context.RequestAborted) == 0;

    private Problem BodiesBusy() => StoreProblems.Busy($"Bodies in flight hold the {_budget.BytesMax} bytes they may.");

    private bool TryGrow(int capacity)
    {
        if (!_budget.TryTake(capacity - _taken))
            return false;
        _taken = capacity;
        byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        return true;
    }
}
