namespace Thermocline.Store.Accounting;

/// <summary>Where bytes lie.</summary>
public enum MemoryKind
{
    /// <summary>Outside the managed heap: asked of the operating system, and given back to it at once.</summary>
    Native,

    /// <summary>On the managed heap: given back when the garbage collector gets to it.</summary>
    Managed,
}
