namespace Thermocline.Store.Format;

/// <summary>What stands where a frame's value does (byte 26).</summary>
internal enum FrameCodec : byte
{
    /// <summary>The value.</summary>
    Raw = 0,

    /// <summary>What changed against the value of an earlier frame of the segment.</summary>
    Delta = 1,

    /// <summary>The value, in memory alone: on disk the frame is a delta, so no delta can be made against it.</summary>
    Restored = 2,
}
