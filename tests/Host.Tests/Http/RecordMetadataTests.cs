using Thermocline.Memory.Portable;
using Thermocline.Sidecar.Http;
using Xunit;

namespace Thermocline.Host.Tests.Http;

public sealed class RecordMetadataTests
{
    [Theory]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("a/b")]
    public void A_content_type_comes_back(string type) =>
        Assert.Equal(type, RecordMetadata.ContentTypeOf(RecordMetadata.Encode(type)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(ContentTypeField.Default)]
    public void The_default_takes_no_bytes(string? type) => Assert.Empty(RecordMetadata.Encode(type));

    [Fact]
    public void Unknown_fields_are_skipped_and_damaged_ones_read_as_the_default()
    {
        byte[] known = RecordMetadata.Encode("a/b");
        Assert.Equal("a/b", RecordMetadata.ContentTypeOf([1, 9, 2, 0, 0xAA, 0xBB, .. known[1..]]));
        Assert.Equal(ContentTypeField.Default, RecordMetadata.ContentTypeOf([2, .. known[1..]]));
        Assert.Equal(ContentTypeField.Default, RecordMetadata.ContentTypeOf(known.AsSpan(0, known.Length - 1)));
        Assert.Equal(ContentTypeField.Default, RecordMetadata.ContentTypeOf([1, 1]));
    }

    [Fact]
    public void What_cannot_be_a_header_is_refused()
    {
        Assert.NotNull(RecordMetadata.Refuse("text/pl\u00E4in"));
        Assert.NotNull(RecordMetadata.Refuse("a\nb"));
        Assert.NotNull(RecordMetadata.Refuse(new string('a', 1025)));
        Assert.Null(RecordMetadata.Refuse(new string('a', 1024)));
    }
}
