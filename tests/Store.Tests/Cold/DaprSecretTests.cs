using Thermocline.Store.Cold.Dapr.Secrets;
using Thermocline.Store.Cold.S3;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

/// <summary>The keys of a bucket from a secret of Dapr's: what it answers, what is told of it, and what never is.</summary>
public sealed class DaprSecretTests : IDisposable
{
    private const string Hush = "swordfish-11";

    private readonly TempFolder _folder = new();
    private readonly SecretStandIn _dapr = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _dapr.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Keys_are_read_with_the_token_of_the_moment()
    {
        string file = _folder.Combine("token");
        await File.WriteAllTextAsync(file, "first\n", Stop);
        _dapr.Token = "first";
        _dapr.Answer = (200, $$"""{"accessKey":"a","secretKey":"{{Hush}}\n","other":{"deeper":[1]} }""");
        DaprSecret secret = Secret(file);
        Assert.Equal(new S3Keys("a", Hush, null), await secret.ReadKeysAsync(Stop));
        Assert.Equal("/v1.0/secrets/vault/our%2Fkeys", _dapr.LastTarget);

        // The token is read again after a refusal.
        _dapr.Token = "second";
        _dapr.Answer = (200, $$"""{"accessKey":"a","secretKey":"{{Hush}}","sessionToken":"t"}""");
        await File.WriteAllTextAsync(file, "second", Stop);
        Assert.Equal(StoreFault.ColdRefused, (await FailureAsync(secret)).Fault);
        Assert.Equal(new S3Keys("a", Hush, "t"), await secret.ReadKeysAsync(Stop));
        Assert.DoesNotContain(Hush, S3Credentials.Secret(Options(file), TimeProvider.System).ToString(), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains(file, (await FailureAsync(Secret(file))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "[\"swordfish-11\"]", false, "no JSON object")]
    [InlineData(200, "{\"swordfish-11", false, "no JSON object")]
    [InlineData(200, """{"accessKey":"swordfish-11"}""", false, "lacks the field secretKey")]
    [InlineData(200, """{"secretKey":"swordfish-11","accessKey":" "}""", false, "lacks the field accessKey")]
    [InlineData(200, """{"accessKey":"a","secretKey":{"b":"swordfish-11"}}""", false, "lacks the field secretKey")]
    [InlineData(200, """{"accessKey":"a","secretKey":"swordfish-11 b"}""", false, "has a secretKey that is no key")]
    [InlineData(204, "", false, "is not there (204)")]
    [InlineData(404, "swordfish-11", false, "is not there (404)")]
    [InlineData(401, """{"errorCode":"ERR_SECRET_STORE_NOT_FOUND","message":"swordfish-11"}""", false, "401 ERR_SECRET_STORE_NOT_FOUND")]
    [InlineData(403, """{"errorCode":"swordfish-11"}""", false, "403 without a code")]
    [InlineData(400, "swordfish-11", false, "400 without a code")]
    [InlineData(302, "swordfish-11", false, "check dapr.endpoint")]
    [InlineData(500, """{"errorCode":"ERR_SECRET_GET","message":"swordfish-11"}""", true, "500 ERR_SECRET_GET")]
    [InlineData(503, "swordfish-11", true, "503 without a code")]
    public async Task An_answer_without_keys_says_what_to_change_and_shows_nothing_of_it(int status, string body, bool mayPass, string said)
    {
        _dapr.Answer = (status, body);
        StoreException told = await FailureAsync(Secret(""));
        Assert.Equal(mayPass ? StoreFault.ColdUnavailable : StoreFault.ColdRefused, told.Fault);
        Assert.Contains(said, told.Message, StringComparison.Ordinal);
        Assert.Contains("the secret our/keys of Dapr's secret store vault", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hush, told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_without_end_is_refused_and_one_nobody_answers_for_is_away()
    {
        _dapr.Answer = (200, $$"""{"accessKey":"a","secretKey":"{{Hush}}","more":"{{new string('x', 64 << 10)}}"}""");
        StoreException large = await FailureAsync(Secret(""));
        Assert.Equal(StoreFault.ColdRefused, large.Fault);
        Assert.Contains("65,536 bytes", large.Message, StringComparison.Ordinal);
        _dapr.Answer = null;
        StoreException away = await FailureAsync(Secret(""));
        Assert.Equal(StoreFault.ColdUnavailable, away.Fault);
        Assert.Contains("does not answer", away.Message, StringComparison.Ordinal);
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        StoreException late = await Assert.ThrowsAsync<StoreException>(async () => await Secret("").ReadKeysAsync(over.Token));
        Assert.Equal(StoreFault.ColdUnavailable, late.Fault);
    }

    [Fact]
    public void Options_out_of_their_ranges_are_all_named()
    {
        var options = new DaprSecretOptions { SecretStore = "", Secret = "a b", Endpoint = new Uri("http://who:hush@127.0.0.1") };
        ArgumentException told = Assert.Throws<ArgumentException>(() => S3Credentials.Secret(options, TimeProvider.System));
        foreach (string name in (string[])["SecretStore must", "Secret must", "Endpoint must"])
            Assert.Contains(name, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", told.Message, StringComparison.Ordinal);
    }

    private static async Task<StoreException> FailureAsync(DaprSecret secret) =>
        await Assert.ThrowsAsync<StoreException>(async () => await secret.ReadKeysAsync(Stop));

    private DaprSecret Secret(string tokenFile) => new(Options(tokenFile), TimeProvider.System);

    private DaprSecretOptions Options(string tokenFile) =>
        new() { SecretStore = "vault", Secret = "our/keys", Endpoint = _dapr.Address, ApiTokenFile = tokenFile };
}
