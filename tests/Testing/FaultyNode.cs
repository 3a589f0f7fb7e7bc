using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>A file of the modelled disk: what readers see, and what would survive.</summary>
internal sealed class FaultyNode(PagedBytes durable)
{
    public PagedBytes Visible { get; } = durable.Copy();

    public PagedBytes Durable { get; } = durable;
}

/// <summary>A write (or, without bytes, a change of length to <paramref name="Offset"/>) that was not flushed yet.</summary>
internal readonly record struct UnsyncedWrite(FaultyNode Node, long Offset, byte[]? Bytes)
{
    public int Units => Bytes?.Length ?? 1;

    public void ApplyTo(PagedBytes content)
    {
        if (Bytes is null)
        {
            content.SetLength(Offset);
        }
        else
        {
            content.Write(Bytes, Offset);
        }
    }
}
