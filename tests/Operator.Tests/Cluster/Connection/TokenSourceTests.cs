using Thermocline.Operator.Cluster.Connection;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Connection;

public sealed class TokenSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly string _file;
    private readonly TokenSource _source;

    public TokenSourceTests()
    {
        _file = _folder.Combine("token");
        _source = TokenSource.OfFile(_file, _time);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_read_again_after_a_minute_and_not_before()
    {
        await File.WriteAllTextAsync(_file, "first\n", Cancellation);
        Assert.Equal("first", _source.Read());
        await File.WriteAllTextAsync(_file, "second\n", Cancellation);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("first", _source.Read());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second", _source.Read());
    }

    [Fact]
    public async Task A_token_that_is_forgotten_is_read_at_once()
    {
        await File.WriteAllTextAsync(_file, "first", Cancellation);
        _source.Read();
        await File.WriteAllTextAsync(_file, "second", Cancellation);
        _source.Forget();
        Assert.Equal("second", _source.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData(null)]
    public async Task A_file_that_goes_bad_leaves_the_last_token(string? content)
    {
        await File.WriteAllTextAsync(_file, "first", Cancellation);
        _source.Read();
        if (content is null)
            File.Delete(_file);
        else
            await File.WriteAllTextAsync(_file, content, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("first", _source.Read());
    }

    [Fact]
    public async Task Without_any_token_the_file_is_named()
    {
        await File.WriteAllTextAsync(_file, "se cret", Cancellation);
        ConnectionException refused = Assert.Throws<ConnectionException>(() => _source.Read());
        Assert.Contains(_file, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", refused.Message.Replace(_file, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
