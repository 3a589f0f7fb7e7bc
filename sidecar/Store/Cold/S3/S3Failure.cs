using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// From what the SDK raises to what the engine knows. Messages are made of status, error code and the service's sentence;
/// what was sent is in none of them.
/// </summary>
internal static class S3Failure
{
    // The SDK has no type of its own for this.
    private const string NoCredentials = "resolve AWS credentials";

    private const string WhereToPutCredentials = "no credentials were found. Name their files, set AWS_ACCESS_KEY_ID and "
        + "AWS_SECRET_ACCESS_KEY, or give the machine a role.";

    /// <summary>Whether the service says that there is no such object (and not that there is no bucket).</summary>
    public static bool IsAbsent(Exception failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } absent
        && absent.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>Whether a condition did not hold.</summary>
    public static bool IsConditionFailed(Exception failure, ColdCondition condition) =>
        failure is AmazonS3Exception refused && !condition.IsNone
        && (refused.StatusCode == HttpStatusCode.PreconditionFailed

            // A version of an object that is gone is not the version that was demanded.
            || (condition.Version is not null && IsAbsent(failure)));

    /// <summary>The failure as the engine knows it; null for what is no failure of the service.</summary>
    public static StoreException? Of(string tried, Exception failure) => failure switch
    {
        StoreException known => known,
        { InnerException: StoreException known } => known,
        AmazonServiceException answered when answered.StatusCode != 0 => Of(tried, answered),
        AmazonClientException nobody when nobody.Message.Contains(NoCredentials, StringComparison.Ordinal) =>
            ColdFailure.Refused(tried, WhereToPutCredentials, failure),
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException =>
            ColdFailure.Unavailable(tried, Said(failure), failure),

        // Of the caller's own cancellation the caller knows; the rest is a time-out of the SDK.
        OperationCanceledException or TimeoutException => ColdFailure.Unavailable(tried, "no answer in time.", failure),
        _ => null,
    };

    private static StoreException Of(string tried, AmazonServiceException answered)
    {
        int status = (int)answered.StatusCode;
        string said = $"{status} {answered.ErrorCode}: {answered.Message}";
        return answered.ErrorCode switch
        {
            "ConditionalRequestConflict" or "OperationAborted" => ColdFailure.Conflict(tried, answered),
            "RequestTimeout" or "SlowDown" or "InternalError" or "NoSuchUpload" => ColdFailure.Unavailable(tried, said, answered),
            "NoSuchBucket" => ColdFailure.Refused(tried, $"there is no such bucket ({said})", answered),
            "RequestTimeTooSkewed" => ColdFailure.Refused(tried, $"this machine's clock is wrong ({said})", answered),
            _ => status switch
            {
                409 => ColdFailure.Conflict(tried, answered),
                401 or 403 => ColdFailure.Refused(tried, $"check the credentials and the bucket's policy ({said})", answered),
                501 => ColdFailure.Refused(tried, $"the service does not know this request ({said})", answered),
                301 or 307 or 308 => ColdFailure.Refused(tried, $"check region and endpoint ({said})", answered),
                408 or 429 or >= 500 => ColdFailure.Unavailable(tried, said, answered),
                < 300 => ColdFailure.Unavailable(tried, $"the answer makes no sense ({said})", answered),
                _ => ColdFailure.Refused(tried, $"check region, endpoint and bucket ({said})", answered),
            },
        };
    }

    // The innermost sentence is the one that names the cause, such as a refused connection.
    private static string Said(Exception failure)
    {
        Exception root = failure.GetBaseException();
        return root == failure ? failure.Message : $"{failure.Message} ({root.Message})";
    }
}
