using System.Buffers;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// Sends a long file in parts, two at a time, so that two parts are all that is in RAM. The object appears when the upload is
/// completed, and the condition is judged then.
/// </summary>
internal sealed class S3Upload(AmazonS3Client client, S3Options options, string key)
{
    private const int PartsAtOnce = 2;
    private const int PartsMax = 10_000;

    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    /// <summary>Sends the file; returns the version tag.</summary>
    public async Task<string> SendAsync(IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        long length = file.Length;
        if (length > (long)options.PartBytes * PartsMax)
            throw new ArgumentException($"The file has {length:N0} bytes, more than {PartsMax:N0} parts hold.", nameof(file));
        InitiateMultipartUploadResponse begun = await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key }, cancellation);
        try
        {
            PartETag[] parts = await SendPartsAsync(begun.UploadId, file, length, cancellation);
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = begun.UploadId,
                PartETags = [.. parts],
                IfNoneMatch = condition.IsAbsent ? "*" : null,
                IfMatch = condition.Version,
            };
            return (await client.CompleteMultipartUploadAsync(request, cancellation)).ETag;
        }
        catch
        {
            await AbortAsync(begun.UploadId);
            throw;
        }
    }

    /// <summary>Aborts every upload below the prefix that was begun before a moment.</summary>
    public static async Task<int> DiscardAsync(
        AmazonS3Client client, S3Options options, DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        int discarded = 0;
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = options.KeyPrefix };
        while (true)
        {
            ListMultipartUploadsResponse page = await client.ListMultipartUploadsAsync(request, cancellation);
            foreach (MultipartUpload upload in page.MultipartUploads ?? [])
            {
                // A service that ignores the prefix must not make us abort somebody else's upload.
                if (upload.Key.StartsWith(options.KeyPrefix, StringComparison.Ordinal)
                    && upload.Initiated is { } begun && begun.ToUniversalTime() < begunBefore.UtcDateTime)
                {
                    await client.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId, cancellation);
                    discarded++;
                }
            }

            if (page.IsTruncated != true || string.IsNullOrEmpty(page.NextKeyMarker))
                return discarded;
            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
    }

    private async Task<PartETag[]> SendPartsAsync(
        string uploadId, IFile file, long length, CancellationToken cancellation)
    {
        int count = checked((int)((length + options.PartBytes - 1) / options.PartBytes));
        var parts = new PartETag[count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, count, limits, async (index, stop) =>
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
            long offset = (long)index * options.PartBytes;
            int size = (int)Math.Min(options.PartBytes, length - offset);
            if (file.Read(buffer.AsSpan(0, size), offset) != size)
                throw new ArgumentException("The file got shorter while it was read.", nameof(file));
            parts[index] = await SendPartAsync(uploadId, index + 1, buffer.AsMemory(0, size), stop);

            // Only then: of a request that failed nobody knows whether it still reads from the buffer.
            ArrayPool<byte>.Shared.Return(buffer);
        });
        return parts;
    }

    private async Task<PartETag> SendPartAsync(
        string uploadId, int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using MemoryStream body = S3Body.Of(bytes);
        var request = new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = bytes.Length,
            InputStream = body,
            UseChunkEncoding = false,
        };
        return new PartETag(number, (await client.UploadPartAsync(request, cancellation)).ETag);
    }

    // Also when the caller gave up: parts that nobody aborts cost space. What this misses, DiscardAsync finds some day.
    private async Task AbortAsync(string uploadId)
    {
        using var limit = new CancellationTokenSource(AbortLimit);
        try
        {
            await client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, limit.Token);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException
            or IOException or OperationCanceledException)
        {
            // The failure of the upload itself is the one to tell.
        }
    }
}
