using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Amazon.S3.Model;

namespace Thermocline.Store.Cold.S3;

/// <summary>Bodies. That of an answer is guilty until its length is as announced and as asked for.</summary>
internal static class S3Body
{
    /// <summary>Bytes to be sent, without copying them where that can be.</summary>
    public static MemoryStream Of(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);

    /// <summary>The announced length of a whole object.</summary>
    public static long Length(string name, GetObjectResponse answer) =>
        answer.HttpStatusCode == HttpStatusCode.OK && answer.Headers.ContentLength >= 0
            ? answer.Headers.ContentLength
            : throw ColdFailure.Unavailable($"fetch {name}", "the answer has no length.");

    /// <summary>Checks that the answer is the range that was asked for, and says which of the two is too short if it is not.</summary>
    public static void CheckRange(string name, GetObjectResponse answer, long offset, long end)
    {
        if (answer.HttpStatusCode == HttpStatusCode.OK && offset == 0 && answer.Headers.ContentLength == end)
            return;
        if (!TryParse(answer.ContentRange, out long first, out long last, out long total)
            || answer.HttpStatusCode != HttpStatusCode.PartialContent)
        {
            throw ColdFailure.Unavailable($"read {name}", "the answer is not the range that was asked for.");
        }

        if (total < end)
            throw ColdFailure.TooShort(name, total, end);
        if (first != offset || last != end - 1 || answer.Headers.ContentLength != end - offset)
            throw ColdFailure.Unavailable($"read {name}", $"bytes {first} to {last} came instead of {offset} to {end - 1}.");
    }

    /// <summary>Fills the destination from the body, which must be no shorter.</summary>
    public static async ValueTask ReadAsync(
        string name, GetObjectResponse answer, Memory<byte> destination, CancellationToken cancellation)
    {
        await using Stream body = answer.ResponseStream;
        int read = await body.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellation);
        if (read != destination.Length)
            throw ColdFailure.Unavailable($"read {name}", $"the answer ended after {read:N0} of {destination.Length:N0} bytes.");
    }

    // bytes FIRST-LAST/TOTAL
    private static bool TryParse(string? range, out long first, out long last, out long total)
    {
        first = last = total = 0;
        if (range is null || !range.StartsWith("bytes ", StringComparison.Ordinal))
            return false;
        int dash = range.IndexOf('-', StringComparison.Ordinal), slash = range.IndexOf('/', StringComparison.Ordinal);
        return dash > 0 && slash > dash
            && long.TryParse(range.AsSpan(6, dash - 6), NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(range.AsSpan(dash + 1, slash - dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && long.TryParse(range.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out total);
    }
}
