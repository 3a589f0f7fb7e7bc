using System.Text;
using Thermocline.Events.Dapr;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Events.Tests.Dapr;

public sealed class DaprSecretsTests : IDisposable
{
    private const string Secret = "swordfish-11";

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_is_read_with_our_token_and_from_where_it_is()
    {
        using var dapr = Answering(request =>
            request == "GET /v1.0/secrets/vault/my%20key" ? (200, $$"""{"accessKey":"a","secretKey":"{{Secret}}"}""") : (404, ""));
        using DaprSecrets secrets = Of(dapr);
        IReadOnlyDictionary<string, string> fields = await secrets.ReadAsync("vault", "my key", Cancellation);
        Assert.Equal(Secret, fields["secretKey"]);
        Assert.DoesNotContain(Secret, (await secrets.ReadS3Async("vault", "my key", Cancellation)).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "[]", false)]
    [InlineData(200, "{", false)]
    [InlineData(200, """{"a":"swordfish-11","b":5}""", false)]
    [InlineData(200, """{"a":{"b":{"c":"swordfish-11"}}}""", false)]
    [InlineData(204, "", false)]
    [InlineData(401, "swordfish-11", false)]
    [InlineData(403, "swordfish-11", false)]
    [InlineData(404, "swordfish-11", false)]
    [InlineData(500, "swordfish-11", true)]
    public async Task What_is_no_secret_is_an_error_that_shows_nothing_of_it(int status, string body, bool mayPass)
    {
        using var dapr = Answering(_ => (status, body));
        using DaprSecrets secrets = Of(dapr);
        DaprSecretException failure = await Assert.ThrowsAsync<DaprSecretException>(
            async () => await secrets.ReadAsync("vault", "key", Cancellation));
        Assert.Equal(mayPass, failure.MayPass);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_and_one_without_keys_is_named()
    {
        using var large = Answering(_ => (200, $$"""{"a":"{{new string('x', 2 << 20)}}"}"""));
        using DaprSecrets flooded = Of(large);
        await Assert.ThrowsAsync<DaprSecretException>(async () => await flooded.ReadAsync("vault", "key", Cancellation));
        using var poor = Answering(_ => (200, """{"accessKey":"a"}"""));
        using DaprSecrets secrets = Of(poor);
        DaprSecretException failure = await Assert.ThrowsAsync<DaprSecretException>(
            async () => await secrets.ReadS3Async("vault", "key", Cancellation));
        Assert.Contains("secretKey", failure.Message, StringComparison.Ordinal);
    }

    private static HttpPeer Answering(Func<string, (int Status, string Body)> answer) => new(request =>
    {
        (int status, string body) = request.Field("dapr-api-token") == "token"
            ? answer(request.StartLine[..request.StartLine.LastIndexOf(' ')])
            : (401, "");
        return Task.FromResult((status, Encoding.UTF8.GetBytes(body)));
    });

    public void Dispose() => _folder.Dispose();

    private DaprSecrets Of(HttpPeer dapr)
    {
        string file = _folder.Combine("token");
        File.WriteAllText(file, "token\n");
        return new(new DaprOptions { Endpoint = dapr.Address, PubSub = "unused", ApiTokenFile = file, RetriesMax = 0 }, TimeProvider.System, () => 0.5);
    }
}
