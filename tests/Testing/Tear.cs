namespace Thermocline.Testing;

/// <summary>How much of what was not yet durable is found on the disk after the power came back.</summary>
public enum TearKind
{
    /// <summary>Nothing that was not synced.</summary>
    None,

    /// <summary>Everything, the interrupted operation included.</summary>
    All,

    /// <summary>Everything up to some byte of the writes and some change of the names; both cuts come from the seed.</summary>
    Prefix,

    /// <summary>Any selection of 512-byte sectors and of name changes, chosen by the seed, in no order.</summary>
    Sectors,
}

/// <summary>One way of losing what was not synced. The same tear of the same history gives the same disk.</summary>
public readonly record struct Tear(TearKind Kind, int Seed = 0)
{
    public static readonly Tear None = new(TearKind.None);

    public static readonly Tear All = new(TearKind.All);

    public static Tear Prefix(int seed) => new(TearKind.Prefix, seed);

    public static Tear Sectors(int seed) => new(TearKind.Sectors, seed);
}
