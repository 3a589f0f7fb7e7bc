using System.Text;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

public sealed class ManifestTextTests
{
    private static Manifest Example => Manifests.Manifest(Manifests.Segment(1, 1), Manifests.Segment(2, 5, 'b')) with
    {
        Tails = [new ManifestTail(Manifests.Writer('1'), 6, ManifestTail.Open), new ManifestTail(Manifests.Writer('2'), 6, 4)],
    };

    [Fact]
    public void A_manifest_is_the_same_after_it_was_written_and_read()
    {
        Manifest read = ManifestText.Read(ManifestText.Write(Example));
        Assert.Equal(Example.Segments, read.Segments);
        Assert.Equal(Example.Tails, read.Tails);
        Assert.Equal(Example with { Segments = [], Tails = [] }, read with { Segments = [], Tails = [] });
        Assert.Contains("\"generation\":9", Encoding.UTF8.GetString(ManifestText.Write(Example)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_is_unsupported_whatever_else_it_holds()
    {
        foreach (string text in (string[])["{\"version\":2}", "{\"storeId\":[1,{\"a\":2}],\"version\":7,\"segments\":\"elsewhere\"}"])
            Assert.Equal(StoreFault.Unsupported, FaultOf(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Every_truncation_is_damage()
    {
        byte[] whole = ManifestText.Write(Example);
        for (int length = 0; length < whole.Length; length++)
            Assert.Equal(StoreFault.Damaged, FaultOf(whole.AsSpan(0, length)));
    }

    [Fact]
    public void A_changed_byte_is_damage_or_a_plausible_manifest_and_never_anything_else()
    {
        byte[] whole = ManifestText.Write(Example);
        var random = new Random(11);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] hostile = [.. whole];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
            try
            {
                Manifest read = ManifestText.Read(hostile);
                Assert.All(read.Segments, segment => Assert.True(ObjectNames.IsSegment(segment.Object)));
            }
            catch (StoreException told)
            {
                Assert.True(told.Fault is StoreFault.Damaged or StoreFault.Unsupported);
            }
        }
    }

    [Theory]
    [InlineData("\"first\":2", "\"first\":1")]
    [InlineData("\"first\":2", "\"first\":6")]
    [InlineData("\"first\":1", "\"first\":-1")]
    [InlineData("\"bytes\":1001", "\"bytes\":-1")]
    [InlineData("\"bytes\":1001", "\"bytes\":9223372036854775808")]
    [InlineData("\"bytes\":1001", "\"bytes\":\"1001\"")]
    [InlineData("segments/0000000001", "segments/0000000009")]
    [InlineData("segments/0000000001-0000000001-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.seg", "manifest")]
    [InlineData("\"epoch\":3", "\"epoch\":0")]
    [InlineData("\"epoch\":3", "\"epoch\":3,\"epoch\":4")]
    [InlineData("\"epoch\":3", "\"epoch\":3,\"unknown\":4")]
    [InlineData("\"epoch\":3,", "")]
    [InlineData("\"segments\":[{", "\"segments\":[null,{")]
    [InlineData("\"pieces\":4", "\"pieces\":-2")]
    [InlineData("\"remoteEnd\":900", "\"remoteEnd\":127")]
    [InlineData("\"version\":1", "\"version\":0")]
    [InlineData("\"version\":1", "\"version\":\"1\"")]
    public void What_cannot_be_is_damage(string part, string instead)
    {
        string whole = Encoding.UTF8.GetString(ManifestText.Write(Example));
        Assert.Contains(part, whole, StringComparison.Ordinal);
        int at = whole.IndexOf(part, StringComparison.Ordinal);
        string hostile = whole[..at] + instead + whole[(at + part.Length)..];
        Assert.Equal(StoreFault.Damaged, FaultOf(Encoding.UTF8.GetBytes(hostile)));
    }

    [Theory]
    [InlineData("null", "[]")]
    [InlineData("[]", "null")]
    [InlineData("{}", "[]")]
    [InlineData("[[]]", "[]")]
    [InlineData("[]", "[{}]")]
    public void Lists_that_are_none_are_damage(string segments, string tails) => Assert.Equal(
        StoreFault.Damaged, FaultOf(Encoding.UTF8.GetBytes(
            $$"""{"version":1,"storeId":"{{Manifests.StoreId}}","epoch":1,"writer":"{{Manifests.Writer('a')}}","generation":1,"segments":{{segments}},"tails":{{tails}},"updatedMs":1}""")));

    [Fact]
    public void Nesting_that_never_ends_is_damage() => Assert.Equal(
        StoreFault.Damaged, FaultOf(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000))));

    [Fact]
    public void What_may_not_be_written_is_refused_before_anything_is_sent()
    {
        Assert.Throws<ArgumentException>(() => ManifestText.Write(Manifests.Manifest(Manifests.Segment(2, 2), Manifests.Segment(1, 1))));
        Assert.Throws<ArgumentException>(() => ManifestText.Write(Example with { Writer = "me" }));
        var many = Enumerable.Range(1, Manifest.SegmentsMax + 1).Select(number => Manifests.Segment(number, number));
        Assert.Equal(StoreFault.Full, Assert.Throws<StoreException>(() => ManifestText.Write(Manifests.Manifest(many))).Fault);
        Assert.True(ManifestText.Write(Manifests.Manifest(many.Take(Manifest.SegmentsMax))).Length < Manifest.BytesMax);
    }

    [Fact]
    public void Names_say_what_they_are()
    {
        string hash = new('c', 64);
        Assert.Equal($"segments/0000000007-0000000012-{new string('c', 32)}.seg", ObjectNames.Segment(7, 12, hash));
        Assert.True(ObjectNames.IsSegment(ObjectNames.Segment(7, 12, hash)));
        string writer = Manifests.Writer('d');
        Assert.True(ObjectNames.TryTail(ObjectNames.Tail(writer, 7, 3), out var piece));
        Assert.Equal((writer, 7, 3), piece);
        foreach (string other in (string[])["segments/readme.seg", "segments/1-2-c.seg", "tail/me/0000000001/0000000001", "tail/x", "manifest"])
            Assert.False(ObjectNames.IsSegment(other) || ObjectNames.TryTail(other, out _));
    }

    private static StoreFault FaultOf(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        return Assert.Throws<StoreException>(() => ManifestText.Read(copy)).Fault;
    }
}
