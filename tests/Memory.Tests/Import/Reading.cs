using System.Text;
using Thermocline.Memory.Import;

namespace Thermocline.Memory.Tests.Import;

/// <summary>Short forms for tests of readers.</summary>
internal static class Reading
{
    public static List<SourceItem> All(this IRecordReader reader)
    {
        List<SourceItem> items = [];
        while (reader.TryRead(out SourceItem item))
            items.Add(item);
        return items;
    }

    public static string Text(this SourceItem item) =>
        item.Draft is null ? $"! {item.Reason}" : Encoding.UTF8.GetString(item.Draft.Content.Span);

    public static string Metadata(this SourceItem item) => Encoding.UTF8.GetString(item.Draft!.Metadata.Span);

    public static Stream Stream(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    /// <summary>A stream that gives a few bytes a read, so that every border falls somewhere once.</summary>
    public static Stream Trickle(byte[] bytes, int most) => new TrickleStream(bytes, most);

    private sealed class TrickleStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);
    }
}
