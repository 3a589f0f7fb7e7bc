using System.Net;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// A bucket of S3 or of a service that speaks like it. Sends every request once: wrap it in a
/// ResilientColdStore, which also bounds how long an answer may take.
/// </summary>
public sealed class S3ColdStore : IColdStore
{
    private const int DeletionsAtOnce = 8;

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly S3Signer? _signer;
    private readonly string _prefix;

    /// <summary>Uses a bucket; nothing is asked of it yet.</summary>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public S3ColdStore(S3Options options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _prefix = options.KeyPrefix;
        Name = $"s3://{options.Bucket}/{_prefix}";
        _signer = options.Credentials is { } source ? new S3Signer(source, time) : null;
        _client = _signer is null ? new AmazonS3Client(Settings(options)) : new AmazonS3Client(_signer, Settings(options));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation) => ColdProbe.RunAsync(this, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation)
    {
        string key = Key(name);
        using MemoryStream body = S3Body.Of(content);
        return await PutAsync(name, condition, async () =>
        {
            var request = new PutObjectRequest
            {
                BucketName = _options.Bucket,
                Key = key,
                InputStream = body,
                AutoCloseStream = false,

                // One signature over the whole body: services that stand in for S3 do not all know signed pieces.
                UseChunkEncoding = false,
                IfNoneMatch = condition.IsAbsent ? "*" : null,
                IfMatch = condition.Version,
            };
            return (await _client.PutObjectAsync(request, cancellation)).ETag;
        }, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdPut> UploadAsync(
        string name, IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length < _options.MultipartBytesMin)
        {
            byte[] content = new byte[file.Length];
            if (file.Read(content, 0) != content.Length)
                throw new ArgumentException("The file got shorter while it was read.", nameof(file));
            return await PutAsync(name, content, condition, cancellation);
        }

        var upload = new S3Upload(_client, _options, Key(name));
        return await PutAsync(name, condition, () => upload.SendAsync(file, condition, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation)
    {
        var request = new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = Key(name) };
        GetObjectMetadataResponse? head = await FoundAsync(
            $"look at {name}", () => _client.GetObjectMetadataAsync(request, cancellation), cancellation);
        return head is null ? null : new ColdHead(head.ContentLength, Tag(head.ETag), Moment(head.LastModified));
    }

    /// <inheritdoc/>
    public async ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = Key(name) };
        return await FoundAsync($"fetch {name}", async () =>
        {
            using GetObjectResponse answer = await _client.GetObjectAsync(request, cancellation);
            long length = S3Body.Length(name, answer);
            if (length > bytesMax)
                throw ColdFailure.TooLong(name, length, bytesMax);
            byte[] content = new byte[length];
            await S3Body.ReadAsync(name, answer, content, cancellation);
            return new ColdObject(content, Tag(answer.ETag));
        }, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (destination.IsEmpty)
            return await HeadAsync(name, cancellation) is not null;
        long end = offset + destination.Length;
        var request = new GetObjectRequest
        {
            BucketName = _options.Bucket,
            Key = Key(name),
            ByteRange = new ByteRange(offset, end - 1),
        };
        object? found = await FoundAsync<object>($"read {name}", async () =>
        {
            using GetObjectResponse answer = await RangeAsync(request, name, end, cancellation);
            S3Body.CheckRange(name, answer, offset, end);
            await S3Body.ReadAsync(name, answer, destination, cancellation);
            return answer;
        }, cancellation);
        return found is not null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColdEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ColdName.CheckPrefix(prefix);
        var request = new ListObjectsV2Request
        {
            BucketName = _options.Bucket,
            Prefix = _prefix + prefix,
            MaxKeys = _options.PageEntries,
        };
        do
        {
            ListObjectsV2Response page = await AskAsync(
                $"list {prefix}", () => _client.ListObjectsV2Async(request, cancellation), cancellation);
            foreach (S3Object entry in page.S3Objects ?? [])
            {
                // Whatever else lies in the bucket is not ours to speak of.
                if (entry.Key.StartsWith(_prefix, StringComparison.Ordinal) && ColdName.IsValid(entry.Key[_prefix.Length..]))
                    yield return new ColdEntry(entry.Key[_prefix.Length..], entry.Size ?? 0, Moment(entry.LastModified));
            }

            string? next = page.IsTruncated == true ? page.NextContinuationToken : null;
            if (page.IsTruncated == true && (string.IsNullOrEmpty(next) || next == request.ContinuationToken))
                throw ColdFailure.Unavailable($"list {prefix}", "the listing does not go on where it says it does.");
            request.ContinuationToken = next;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
            ColdName.Check(name);

        // One by one, a few at a time: the request that deletes many is the one S3-compatible services differ in most.
        var limits = new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(names, limits, async (name, stop) =>
        {
            var request = new DeleteObjectRequest { BucketName = _options.Bucket, Key = Key(name) };
            await FoundAsync($"delete {name}", () => _client.DeleteObjectAsync(request, stop), stop);
        });
    }

    /// <inheritdoc/>
    public ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation) =>
        new(AskAsync("discard unfinished uploads",
            () => S3Upload.DiscardAsync(_client, _options, begunBefore, cancellation), cancellation));

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static AmazonS3Config Settings(S3Options options)
    {
        var settings = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            MaxConnectionsPerServer = options.ConnectionsMax,

            // Whoever wraps this store repeats requests; repeated here as well, their number would multiply.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,

            // The newer checksums are unknown to many services that stand in for S3; the signature covers the body anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            settings.ServiceURL = endpoint.AbsoluteUri;
            settings.ForcePathStyle = true;
        }
        else
        {
            settings.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return settings;
    }

    private static string Tag(string? tag) =>
        string.IsNullOrEmpty(tag) ? throw ColdFailure.Unavailable("be used", "it gives its objects no version tags.") : tag;

    private static DateTimeOffset Moment(DateTime? moment) =>
        moment is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.MaxValue;

    private string Key(string name)
    {
        ColdName.Check(name);
        return _prefix + name;
    }

    private async ValueTask<ColdPut> PutAsync(
        string name, ColdCondition condition, Func<Task<string>> send, CancellationToken cancellation)
    {
        try
        {
            await KeysAsync(cancellation);
            return ColdPut.Done(Tag(await send()));
        }
        catch (AmazonS3Exception refused) when (S3Failure.IsConditionFailed(refused, condition))
        {
            return ColdPut.ConditionFailed;
        }
        catch (Exception failure) when (Known($"write {name}", failure, cancellation) is { } known)
        {
            throw known;
        }
    }

    private async Task<GetObjectResponse> RangeAsync(
        GetObjectRequest request, string name, long end, CancellationToken cancellation)
    {
        try
        {
            return await _client.GetObjectAsync(request, cancellation);
        }
        catch (AmazonS3Exception refused) when (refused.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw ColdFailure.Damaged(name, $"ends before byte {end:N0}");
        }
    }

    private async ValueTask<T?> FoundAsync<T>(string tried, Func<Task<T>> ask, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await AskAsync(tried, ask, cancellation);
        }
        catch (StoreException absent) when (absent.InnerException is { } cause && S3Failure.IsAbsent(cause))
        {
            return null;
        }
    }

    private async Task<T> AskAsync<T>(string tried, Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            await KeysAsync(cancellation);
            return await ask();
        }
        catch (Exception failure) when (Known(tried, failure, cancellation) is { } known)
        {
            throw known;
        }
    }

    // The SDK's signer takes what is there without awaiting it, so it has to be there before.
    private Task KeysAsync(CancellationToken cancellation) => _signer?.FetchAsync().WaitAsync(cancellation) ?? Task.CompletedTask;

    private StoreException? Known(string tried, Exception failure, CancellationToken cancellation)
    {
        if (failure is OperationCanceledException && cancellation.IsCancellationRequested)
            return null;
        if (failure is AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized })
            _signer?.Doubt();
        return S3Failure.Of(tried, failure);
    }
}
