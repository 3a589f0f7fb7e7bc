using Amazon.Runtime;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// The keys of the moment, for the SDK. All requests share one fetch. Keys that cannot be fetched again are used on for as long as the
/// bucket takes them; why they could not be is told once it does not.
/// </summary>
internal sealed class S3Signer(S3Credentials source, TimeProvider time) : AWSCredentials
{
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<ImmutableCredentials>? _fetch;
    private ImmutableCredentials? _held;
    private S3Keys? _keys;
    private long _askedAt;
    private bool _doubted;

    /// <summary>The keys that were fetched last: the SDK asks in the middle of a request, where awaiting them would block a thread.</summary>
    /// <exception cref="StoreException">There are none.</exception>
    public override ImmutableCredentials GetCredentials()
    {
        lock (_gate)
            return _held ?? throw ColdFailure.Unavailable("sign a request", "its keys are being fetched again.");
    }

    /// <inheritdoc/>
    public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromResult(GetCredentials());

    /// <summary>The keys, fetched first when they are old or in doubt.</summary>
    /// <exception cref="StoreException">There are none.</exception>
    public Task<ImmutableCredentials> FetchAsync()
    {
        lock (_gate)
        {
            bool due = time.GetElapsedTime(_askedAt) >= (_doubted ? source.Pause : source.Fresh);
            if (_held is { } held && !due)
                return Task.FromResult(held);
            return _fetch is { IsCompleted: false } ? _fetch : _fetch = AskAsync();
        }
    }

    /// <summary>The service refused the keys: they are fetched again as soon as the source allows.</summary>
    public void Doubt()
    {
        lock (_gate)
            _doubted = true;
    }

    private async Task<ImmutableCredentials> AskAsync()
    {
        // Nothing of it may run under the lock of who asks.
        await Task.Yield();
        try
        {
            // Not the limit of one request: others wait for it too.
            using var limit = new CancellationTokenSource(FetchLimit, time);
            return Hold(await source.ReadAsync(limit.Token));
        }
        catch (StoreException failure)
        {
            if (Keep(failure) is { } kept)
                return kept;
            throw;
        }
    }

    private ImmutableCredentials Hold(S3Keys keys)
    {
        lock (_gate)
        {
            if (_held is null || keys != _keys)
                _held = new ImmutableCredentials(keys.AccessKey, keys.SecretKey, keys.SessionToken);
            _keys = keys;
            _askedAt = time.GetTimestamp();
            _doubted = false;
            return _held;
        }
    }

    private ImmutableCredentials? Keep(StoreException failure)
    {
        lock (_gate)
        {
            _askedAt = time.GetTimestamp();
            if (_doubted && failure.Fault == StoreFault.ColdRefused)
                _held = null;
            return _held;
        }
    }
}
