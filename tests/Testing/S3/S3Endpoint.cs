using Thermocline.Store.Cold.S3;

namespace Thermocline.Testing.S3;

/// <summary>A bucket that answers.</summary>
public sealed record S3Endpoint(Uri Address, string AccessKey, string SecretKey, string Region, string Bucket)
{
    /// <summary>The variable that names another endpoint: address, access key, secret key, region and bucket with commas between.</summary>
    public const string Variable = "THERMOCLINE_TEST_S3";

    /// <summary>The endpoint of the environment, or null.</summary>
    /// <exception cref="InvalidOperationException">The variable is set and wrong.</exception>
    public static S3Endpoint? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) switch
        {
            null or "" => null,
            string text when text.Split(',') is [var address, var access, var secret, var region, var bucket]
                && Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) => new S3Endpoint(uri, access, secret, region, bucket),
            _ => throw new InvalidOperationException($"{Variable} must be endpoint,access,secret,region,bucket."),
        };

    /// <summary>Reads the line a test service prints once it answers: <c>ready URL access=… secret=… region=…</c>; null for others.</summary>
    public static S3Endpoint? FromReadyLine(string line, string bucket)
    {
        if (line.Split(' ') is not ["ready", var address, var access, var secret, var region]
            || !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
        {
            return null;
        }

        return new S3Endpoint(
            uri, access["access=".Length..], secret["secret=".Length..], region["region=".Length..], bucket);
    }

    /// <summary>Options of a store below a prefix of its own, so that tests in one bucket do not meet.</summary>
    public S3Options Options(string prefix) => new()
    {
        Bucket = Bucket,
        Prefix = prefix,
        Region = Region,
        Endpoint = Address,
        Credentials = S3Credentials.Fixed(AccessKey, SecretKey),
    };
}
