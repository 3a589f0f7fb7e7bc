namespace Thermocline.Store;

/// <summary>When a write is acknowledged.</summary>
public enum DurabilityPolicy
{
    /// <summary>After its batch was synced to the disk. The default.</summary>
    Always,

    /// <summary>After it was handed to the operating system; synced every <see cref="StoreOptions.SyncInterval"/>.</summary>
    Interval,

    /// <summary>After it was handed to the operating system; synced when a segment is sealed and at a clean stop.</summary>
    Never,
}
