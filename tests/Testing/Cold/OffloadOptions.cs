using Thermocline.Store.Cold;

namespace Thermocline.Testing.Cold;

/// <summary>What an <see cref="OffloadDriver"/> works on.</summary>
public sealed record OffloadOptions
{
    /// <summary>Where records are offloaded to. Empty at first.</summary>
    public required IColdStore Cold { get; init; }

    /// <summary>A folder for the data folders.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes of values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records read at random from the cold store alone.</summary>
    public int ColdReads { get; init; } = 500;

    /// <summary>Makes the records differ from run to run.</summary>
    public int Seed { get; init; } = 1;
}
