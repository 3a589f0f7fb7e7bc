namespace Thermocline.Store.Packing;

/// <summary>What a decision about packing needs to know of one file of the log.</summary>
/// <param name="First">First segment number it covers.</param>
/// <param name="Last">Last segment number it covers.</param>
/// <param name="IsPacked">Whether it is packed.</param>
/// <param name="CanChange">Sealed, whole on the local disk, and not damaged.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="DeadFrames">Frames in it that nothing needs any more, as far as is known.</param>
/// <param name="FrameBytes">Bytes of its frames before compression.</param>
internal readonly record struct PackCandidate(
    int First, int Last, bool IsPacked, bool CanChange, int Frames, int DeadFrames, long FrameBytes)
{
    public long LiveBytes => Frames == 0 ? 0 : (long)((double)FrameBytes * LiveFrames / Frames);

    public int LiveFrames => Math.Max(0, Frames - DeadFrames);
}
