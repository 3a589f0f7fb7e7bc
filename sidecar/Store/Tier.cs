namespace Thermocline.Store;

/// <summary>Where a value was found.</summary>
public enum Tier : byte
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In RAM.</summary>
    Hot,

    /// <summary>In a local segment.</summary>
    Warm,

    /// <summary>In the cold store.</summary>
    Cold,
}
