using Amazon.Runtime;

namespace Thermocline.Store.Cold.S3;

/// <summary>Gives the SDK the keys of the moment.</summary>
internal sealed class S3Signer(S3Credentials source, TimeProvider time) : AWSCredentials
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private S3Keys? _keys;
    private ImmutableCredentials? _held;
    private long _readAt;

    public override ImmutableCredentials GetCredentials()
    {
        lock (_gate)
        {
            if (_held is null || time.GetElapsedTime(_readAt) > Fresh)
                Renew();
            return _held!;
        }
    }

    public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromResult(GetCredentials());

    /// <summary>The service refused the keys: the next request reads them again.</summary>
    public void Doubt()
    {
        lock (_gate)
            _held = null;
    }

    private void Renew()
    {
        S3Keys keys = source.Read();
        _readAt = time.GetTimestamp();
        if (_held is null || keys != _keys)
            _held = new ImmutableCredentials(keys.AccessKey, keys.SecretKey, keys.SessionToken);
        _keys = keys;
    }
}
