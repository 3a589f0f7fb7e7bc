using Thermocline.Store;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.S3;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.S3;
using Thermocline.Testing.Wire;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>A service that checks who asks, and what its refusals read like.</summary>
public sealed class RefusalTests(S3Services services)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_secret_is_refused_and_nothing_of_it_is_told()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Swift);
        StoreException told = await RefusalAsync(endpoint.Options("x") with
        {
            Credentials = S3Credentials.Fixed(endpoint.AccessKey, "not-the-secret"),
        });
        Assert.Contains("check the credentials", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", told.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(endpoint.AccessKey, told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(S3Kind.Moto)]
    [InlineData(S3Kind.Swift)]
    public async Task A_bucket_that_does_not_exist_is_refused_by_name(S3Kind kind)
    {
        S3Endpoint endpoint = await services.UseAsync(kind);
        StoreException told = await RefusalAsync(endpoint.Options("x") with { Bucket = "no-such-bucket" });
        Assert.Contains("no such bucket", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_in_files_are_read_again_after_a_refusal_and_after_a_while()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Swift);
        using var folder = new TempFolder();
        string access = folder.Combine("access"), secret = folder.Combine("secret");
        await File.WriteAllTextAsync(access, endpoint.AccessKey + "\n", Stop);
        var time = new SteppedTime();
        S3Options options = endpoint.Options(Guid.NewGuid().ToString("N")) with
        {
            Credentials = S3Credentials.Files(access, secret),
        };
        using var store = new S3ColdStore(options, time);

        StoreException absent = await RefusalAsync(store);
        Assert.Contains(secret, absent.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(secret, "wrong", Stop);
        await RefusalAsync(store);
        await File.WriteAllTextAsync(secret, endpoint.SecretKey, Stop);
        Assert.Null(await store.GetAsync("a", 1, Stop));

        // Good keys are trusted for seconds, not for ever.
        await File.WriteAllTextAsync(secret, "wrong", Stop);
        Assert.Null(await store.GetAsync("a", 1, Stop));
        time.Advance(TimeSpan.FromSeconds(6));
        await RefusalAsync(store);
    }

    [Fact]
    public async Task Every_kind_of_request_waits_for_keys_that_somebody_else_is_asked_for()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Moto);
        await using var wire = new FaultProxy(endpoint.Address)
        {
            Admits = static fields => fields.Contains("Credential=AKIAFETCHED/", StringComparison.Ordinal)
                && fields.Contains("\nX-Amz-Security-Token: for-a-while", StringComparison.OrdinalIgnoreCase),
        };
        int asked = 0;
        S3Options options = endpoint.Options(Guid.NewGuid().ToString("N")) with
        {
            Endpoint = wire.Address,
            MultipartBytesMin = 5 << 20,
            PartBytes = 5 << 20,
            Credentials = S3Credentials.Fetched("a source", async _ =>
            {
                asked++;
                await Task.Yield();
                return new S3Keys("AKIAFETCHED", "hush", "for-a-while");
            }),
        };
        using var store = new S3ColdStore(options, TimeProvider.System);
        using IFile file = new MemoryFiles().Create("a", 0);
        file.Write(new byte[6 << 20], 0);
        Assert.True((await store.UploadAsync("segments/a", file, ColdCondition.None, Stop)).IsDone);
        Assert.True((await store.PutAsync("b", "text"u8.ToArray(), ColdCondition.None, Stop)).IsDone);
        Assert.NotNull(await store.HeadAsync("b", Stop));
        Assert.NotNull(await store.GetAsync("b", 100, Stop));
        Assert.True(await store.ReadAsync("segments/a", 5, new byte[10], Stop));
        Assert.Equal(2, await store.ListAsync("", Stop).CountAsync(Stop));
        Assert.Equal(0, await store.DiscardUnfinishedAsync(DateTimeOffset.UnixEpoch, Stop));
        await store.DeleteAsync(["b", "segments/a"], Stop);
        Assert.Equal(1, asked);
        Assert.Equal(12, wire.Requests.Count);

        // What brings other keys gets no further than the wire: every request above brought those that were fetched.
        wire.Admits = static fields => !fields.Contains("Credential=AKIAFETCHED/", StringComparison.Ordinal);
        await RefusalAsync(store);
        Assert.Equal(12, wire.Requests.Count);
    }

    [Fact]
    public void Options_out_of_their_ranges_are_all_named()
    {
        var options = new S3Options
        {
            Bucket = " ",
            Prefix = "a//b",
            Region = "",
            Endpoint = new Uri("ftp://127.0.0.1"),
            ConnectionsMax = 0,
            PartBytes = 1,
        };
        ArgumentException told = Assert.Throws<ArgumentException>(options.Validate);
        foreach (string name in (string[])["Bucket", "Prefix", "Region", "Endpoint", "ConnectionsMax", "PartBytes"])
            Assert.Contains(name, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", S3Credentials.Fixed("who", "hush").ToString(), StringComparison.Ordinal);
    }

    private static async Task<StoreException> RefusalAsync(S3Options options)
    {
        using var store = new S3ColdStore(options, TimeProvider.System);
        return await RefusalAsync(store);
    }

    private static async Task<StoreException> RefusalAsync(S3ColdStore store)
    {
        StoreException told = await Assert.ThrowsAsync<StoreException>(async () => await store.GetAsync("a", 1, Stop));
        Assert.Equal(StoreFault.ColdRefused, told.Fault);
        return told;
    }
}
