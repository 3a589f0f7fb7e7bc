namespace Thermocline.Store.Format;

/// <summary>Flags of a frame (byte 25) and of a key table entry.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>The key is deleted.</summary>
    Tombstone = 1,

    /// <summary>The next frame belongs to the same atomic batch.</summary>
    BatchContinues = 2,

    /// <summary>In a key table entry: an expiry follows.</summary>
    Expires = 4,
}
