using Amazon.Runtime;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.S3;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

/// <summary>Keys that somebody else is asked for: one question for all, kept for a while, used on while nobody answers.</summary>
public sealed class S3SignerTests
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SteppedTime _time = new();
    private readonly S3Signer _signer;
    private Func<CancellationToken, ValueTask<S3Keys>> _source;
    private int _asked;

    public S3SignerTests()
    {
        _source = _ => new(Keys("one"));
        _signer = new S3Signer(S3Credentials.Fetched("a source", stop =>
        {
            Interlocked.Increment(ref _asked);
            return _source(stop);
        }), _time);
    }

    [Fact]
    public async Task Requests_of_one_moment_share_one_question()
    {
        var answer = new TaskCompletionSource<S3Keys>(TaskCreationOptions.RunContinuationsAsynchronously);
        _source = _ => new(answer.Task);
        Task<ImmutableCredentials>[] requests = [.. Enumerable.Range(0, 20).Select(_ => _signer.FetchAsync())];
        Assert.All(requests, request => Assert.False(request.IsCompleted));
        answer.SetResult(Keys("one"));
        Assert.All(await Task.WhenAll(requests), held => Assert.Equal("one", held.AccessKey));
        Assert.Equal("one", await AccessAsync());
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_failure_is_shared_too_and_the_next_request_asks_again()
    {
        var answer = new TaskCompletionSource<S3Keys>(TaskCreationOptions.RunContinuationsAsynchronously);
        _source = _ => new(answer.Task);
        Task<ImmutableCredentials>[] requests = [.. Enumerable.Range(0, 20).Select(_ => _signer.FetchAsync())];
        answer.SetException(ColdFailure.Unavailable("sign a request", "nobody is there."));
        foreach (Task<ImmutableCredentials> request in requests)
            Assert.Equal(StoreFault.ColdUnavailable, (await Assert.ThrowsAsync<StoreException>(() => request)).Fault);
        Assert.Equal(1, _asked);
        _source = _ => new(Keys("two"));
        Assert.Equal("two", await AccessAsync());
    }

    [Fact]
    public async Task Keys_are_asked_for_again_when_they_are_old()
    {
        Assert.Equal("one", await AccessAsync());
        _source = _ => new(Keys("two"));
        _time.Advance(Fresh - TimeSpan.FromTicks(1));
        Assert.Equal("one", await AccessAsync());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("two", await AccessAsync());
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Keys_that_were_refused_are_asked_for_again_at_once_but_not_in_a_loop()
    {
        await AccessAsync();
        _time.Advance(Pause);
        _source = _ => new(Keys("two"));
        _signer.Doubt();
        Assert.Equal("two", await AccessAsync());
        for (int i = 0; i < 10; i++)
        {
            _signer.Doubt();
            Assert.Equal("two", await AccessAsync());
        }

        Assert.Equal(2, _asked);
        _time.Advance(Pause);
        await AccessAsync();
        await AccessAsync();
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task While_nobody_answers_the_last_keys_are_used_even_when_they_are_in_doubt()
    {
        await AccessAsync();
        _source = _ => throw ColdFailure.Unavailable("sign a request", "nobody is there.");
        _time.Advance(Fresh);
        Assert.Equal("one", await AccessAsync());
        Assert.Equal("one", await AccessAsync());
        Assert.Equal(2, _asked);
        _signer.Doubt();
        _time.Advance(Pause);
        Assert.Equal("one", await AccessAsync());
        Assert.Equal(3, _asked);
        _source = _ => new(Keys("two"));
        _time.Advance(Pause);
        Assert.Equal("two", await AccessAsync());
    }

    [Fact]
    public async Task A_secret_that_became_useless_is_told_once_the_bucket_refuses_the_last_keys()
    {
        await AccessAsync();
        _source = _ => throw ColdFailure.Refused("sign a request", "the secret lacks a field.");
        _time.Advance(Fresh);
        Assert.Equal("one", await AccessAsync());
        _signer.Doubt();
        _time.Advance(Pause);
        for (int i = 0; i < 2; i++)
            Assert.Contains("lacks a field", (await Assert.ThrowsAsync<StoreException>(AccessAsync)).Message, StringComparison.Ordinal);
        _source = _ => new(Keys("two"));
        Assert.Equal("two", await AccessAsync());
    }

    [Fact]
    public async Task A_question_without_an_answer_ends()
    {
        _source = async stop =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            catch (OperationCanceledException late)
            {
                throw ColdFailure.Unavailable("sign a request", "no answer in time.", late);
            }

            return Keys("never");
        };
        StoreException told = await Assert.ThrowsAsync<StoreException>(
            () => _time.RunAsync(_signer.FetchAsync, TestContext.Current.CancellationToken));
        Assert.Contains("in time", told.Message, StringComparison.Ordinal);
    }

    private static S3Keys Keys(string access) => new(access, "hush", null);

    private async Task<string> AccessAsync() => (await _signer.FetchAsync()).AccessKey;
}
