using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.S3;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

/// <summary>Each kind of answer of a service, and what it is to the engine.</summary>
public sealed class S3FailureTests
{
    [Theory]
    [InlineData(500, "InternalError", StoreFault.ColdUnavailable, "500")]
    [InlineData(503, "SlowDown", StoreFault.ColdUnavailable, "SlowDown")]
    [InlineData(429, "TooManyRequests", StoreFault.ColdUnavailable, "429")]
    [InlineData(400, "RequestTimeout", StoreFault.ColdUnavailable, "RequestTimeout")]
    [InlineData(404, "NoSuchUpload", StoreFault.ColdUnavailable, "NoSuchUpload")]
    [InlineData(409, "ConditionalRequestConflict", StoreFault.ColdUnavailable, "under way")]
    [InlineData(403, "AccessDenied", StoreFault.ColdRefused, "policy")]
    [InlineData(403, "InvalidAccessKeyId", StoreFault.ColdRefused, "credentials")]
    [InlineData(403, "RequestTimeTooSkewed", StoreFault.ColdRefused, "clock")]
    [InlineData(404, "NoSuchBucket", StoreFault.ColdRefused, "no such bucket")]
    [InlineData(301, "PermanentRedirect", StoreFault.ColdRefused, "region")]
    [InlineData(400, "AuthorizationHeaderMalformed", StoreFault.ColdRefused, "region")]
    [InlineData(501, "NotImplemented", StoreFault.ColdRefused, "does not know")]
    public void An_answer_says_whether_to_wait_or_what_to_change(int status, string code, StoreFault fault, string said)
    {
        var answered = new AmazonS3Exception("What it said.", ErrorType.Unknown, code, "1", (HttpStatusCode)status);
        StoreException told = S3Failure.Of("fetch a", answered)!;
        Assert.Equal(fault, told.Fault);
        Assert.Contains(said, told.Message, StringComparison.Ordinal);
        Assert.Equal(status == 409, ColdFailure.IsConflict(told));
    }

    [Fact]
    public void What_never_was_answered_is_unavailable_and_says_why()
    {
        var refused = new HttpRequestException("An error occurred.", new SocketException((int)SocketError.ConnectionRefused));
        foreach (Exception failure in (Exception[])[refused, new AmazonServiceException(refused), new TaskCanceledException(), new IOException("cut")])
            Assert.Equal(StoreFault.ColdUnavailable, S3Failure.Of("fetch a", failure)!.Fault);
        Assert.Contains("refused", S3Failure.Of("fetch a", refused)!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Missing_credentials_are_refused_with_what_to_do()
    {
        StoreException told = S3Failure.Of("fetch a", new AmazonClientException("Failed to resolve AWS credentials. The providers…"))!;
        Assert.Equal(StoreFault.ColdRefused, told.Fault);
        Assert.Contains("AWS_ACCESS_KEY_ID", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_defect_is_not_a_failure_of_the_service() =>
        Assert.Null(S3Failure.Of("fetch a", new InvalidOperationException()));

    [Fact]
    public void A_bucket_of_a_region_needs_no_endpoint()
    {
        using var store = new S3ColdStore(
            new S3Options { Bucket = "b", Prefix = "agents", Region = "eu-central-1", Credentials = S3Credentials.Fixed("a", "b") },
            TimeProvider.System);
        Assert.Equal("s3://b/agents/", store.Name);
    }
}
