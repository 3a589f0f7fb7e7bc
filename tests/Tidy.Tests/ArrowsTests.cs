using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class ArrowsTests
{
    [Fact]
    public void Parts_use_only_what_they_may() => Findings.AssertNone(Repository.CSharp.SelectMany(Arrows.Between));

    [Fact]
    public void Rooms_of_the_store_use_only_the_rooms_before_them() =>
        Findings.AssertNone(Repository.CSharp.SelectMany(Arrows.InsideStore));

    [Fact]
    public void No_two_rooms_of_the_store_may_use_each_other()
    {
        foreach ((string room, string[] allowed) in Arrows.StoreRooms)
        {
            Assert.All(allowed, used => Assert.DoesNotContain(room, Arrows.StoreRooms[used]));
        }
    }

    [Theory]
    [InlineData("sidecar/Store/Files/A.cs", "using Thermocline.Store.Log;\nnamespace Thermocline.Store.Files;")]
    [InlineData("sidecar/Store/Format/A.cs", "class A { Thermocline.Store.Files.IFiles _files; }")]
    [InlineData("sidecar/Store/Cellar/A.cs", "namespace Thermocline.Store.Cellar;")]
    public void A_wrong_arrow_inside_the_store_is_found(string path, string text) =>
        Assert.Single(Arrows.InsideStore(new SourceFile(path, text)));

    [Theory]
    [InlineData("sidecar/Store/A.cs", "using Thermocline.Memory;")]
    [InlineData("sidecar/Store/Log/A.cs", "using Microsoft.Extensions.Logging;")]
    [InlineData("sidecar/Store/Log/A.cs", "using System.Net.Http;")]
    [InlineData("sidecar/Store/A.cs", "using Amazon.S3;")]
    [InlineData("sidecar/Store/ColdTier/A.cs", "using Polly;")]
    [InlineData("operator/A.cs", "using Thermocline.Store;")]
    [InlineData("operator/Plan/A.cs", "class A { HttpClient _client; }")]
    [InlineData("sidecar/Contract/A.cs", "using Thermocline.Store.Files;")]
    public void A_wrong_arrow_between_parts_is_found(string path, string text) =>
        Assert.Single(Arrows.Between(new SourceFile(path, text)));

    [Fact]
    public void The_cold_room_alone_may_know_a_network() => Assert.Empty(Arrows.Between(
        new SourceFile("sidecar/Store/Cold/A.cs", "using Amazon.S3;\nusing Polly;\nusing System.Net;")));

    [Fact]
    public void The_room_Cluster_alone_may_send_requests() => Assert.Empty(Arrows.Between(
        new SourceFile("operator/Cluster/A.cs", "using Polly;\nclass A { HttpClient _client; }")));

    [Fact]
    public void Words_in_comments_and_other_names_are_not_arrows()
    {
        var file = new SourceFile(
            "sidecar/Store/Files/A.cs",
            "// Thermocline.Store.Log\nusing Thermocline.Store.Format;\nusing Thermocline.StoreLog;\nclass A { string s = \"Thermocline.Memory\"; }");
        Assert.Empty(Arrows.InsideStore(file));
        Assert.Empty(Arrows.Between(file));
    }
}
