namespace Thermocline.Benchmarks.Corpus;

/// <summary>One sort of text on a Debian machine.</summary>
/// <param name="Tag">Its name, and the first tag of its memories.</param>
/// <param name="MemoryType">The type of its memories.</param>
/// <param name="Share">Files of this kind among twenty: some have many passages and some one.</param>
internal sealed record TextKind(string Tag, string MemoryType, int Share)
{
    public static readonly TextKind Change = new("change", "event", 4);
    public static readonly TextKind Package = new("package", "fact", 3);
    public static readonly TextKind Manual = new("manual", "reference", 9);
    public static readonly TextKind Document = new("document", "note", 4);

    public static IReadOnlyList<TextKind> All { get; } = [Change, Package, Manual, Document];
}
