namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>The outstanding events of one context: the first is delivered, the others wait behind it.</summary>
internal sealed class ContextLine
{
    public string Name { get; set; } = "";

    /// <summary>Offset of the last of them.</summary>
    public long Last { get; set; }
}
