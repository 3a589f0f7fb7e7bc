namespace Thermocline.Store.Log;

/// <summary>What a segment holds, as its writer or a scan of it knows.</summary>
/// <param name="End">Offset after the last frame.</param>
/// <param name="Count">Frames.</param>
/// <param name="LastSequence">Sequence number of the last frame.</param>
/// <param name="LastTag">Tag of the last frame's key.</param>
internal readonly record struct FramesSummary(long End, int Count, ulong LastSequence, ulong LastTag);
