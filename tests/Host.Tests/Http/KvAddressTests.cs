using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Thermocline.Sidecar.Http;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Host.Tests.Http;

public sealed class KvAddressTests
{
    [Theory]
    [InlineData("/v1/kv/c/a", "c", "a")]
    [InlineData("/v1/kv/c/a/b//c", "c", "a/b//c")]
    [InlineData("/v1/kv/c/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "c", "../../etc/passwd")]
    [InlineData("/v1/kv/c/../../etc/passwd", "c", "../../etc/passwd")]
    [InlineData("/v1/kv/c/a%2Fb", "c", "a/b")]
    [InlineData("/v1/kv/c/a%252Fb", "c", "a%2Fb")]
    [InlineData("/v1/kv/c/a%20b+c?ttlSeconds=1", "c", "a b+c")]
    [InlineData("/v1/kv/c/%F0%9F%A7%8A%CC%81", "c", "\U0001F9CA\u0301")]
    [InlineData("/v1/kv/c/%ED%9F%BF", "c", "\uD7FF")]
    [InlineData("/v1/kv/a.b_c-9/k:batch", "a.b_c-9", "k:batch")]
    [InlineData("http://host:1/v1/kv/c/k", "c", "k")]
    public async Task A_target_names_its_key(string target, string collection, string key)
    {
        KvAddress address = await ReadAsync(target);
        Assert.Null(address.Problem);
        Assert.Equal(collection, address.Collection);
        Assert.Equal(Keys.Compose(collection, key), address.Composed);
    }

    [Theory]
    [InlineData("/v1/kv/c/", ProblemCode.KeyEmpty)]
    [InlineData("/v1/kv/c/%", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/%4", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/%zz", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/%FF", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/%C0%AF", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/%ED%A0%80", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/c/a%00b", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/C/k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv/.c/k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv//k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv/a%2Fb/k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv/%zz/k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv/_memories/k", ProblemCode.CollectionReserved)]
    [InlineData("/v1/kv/%5Fmemories/k", ProblemCode.CollectionReserved)]
    public async Task A_bad_name_is_a_problem(string target, string code) =>
        Assert.Equal(code, (await ReadAsync(target)).Problem?.Code);

    [Fact]
    public async Task Keys_end_at_1024_bytes_and_collections_at_128()
    {
        string letters = new('k', Limits.KeyBytesMax);
        Assert.Null((await ReadAsync("/v1/kv/c/" + letters)).Problem);
        Assert.Equal(ProblemCode.KeyTooLong, (await ReadAsync("/v1/kv/c/k" + letters)).Problem?.Code);
        Assert.Null((await ReadAsync($"/v1/kv/{new string('c', 128)}/k")).Problem);
        Assert.Equal(ProblemCode.CollectionInvalid, (await ReadAsync($"/v1/kv/{new string('c', 129)}/k")).Problem?.Code);
    }

    [Fact]
    public async Task Random_keys_survive_encoding_and_decoding()
    {
        const int Seed = 20261121;
        Random random = new(Seed);
        for (int round = 0; round < 2_000; round++)
        {
            StringBuilder key = new();
            for (int letters = random.Next(1, 40); letters > 0; letters--)
            {
                int rune = random.Next(1, 0x11_0000);
                key.Append(Rune.IsValid(rune) ? new Rune(rune).ToString() : "x");
            }
            KvAddress address = await ReadAsync("/v1/kv/c/" + Uri.EscapeDataString(key.ToString()));
            Assert.Equal(Keys.Compose("c", key.ToString()), address.Composed);
        }
    }

    private static async Task<KvAddress> ReadAsync(string target)
    {
        DefaultHttpContext context = new();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        await KvAddress.InvokeAsync(context, _ => Task.CompletedTask);
        return KvAddress.Of(context);
    }
}
