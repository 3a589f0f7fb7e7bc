using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>A segment that gets no more frames and has no key table yet: its keys are in memory.</summary>
/// <param name="Segment">The segment; all its frames are synced.</param>
/// <param name="Frames">What is in it.</param>
/// <param name="Keys">Its keys.</param>
internal sealed record UnsealedSegment(Segment Segment, FramesSummary Frames, TailKeys Keys)
{
    /// <summary>Writes key table and trailer.</summary>
    /// <exception cref="DiskFullException">There is no space: the segment ends after its frames and can be sealed later.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Seal()
    {
        try
        {
            SegmentTrailer trailer = KeyTableWriter.Seal(Segment.File, Segment.Header, Frames, Keys.Seek([]));
            Segment.Keys = new KeyTable(Segment, trailer);
        }
        catch (DiskFullException)
        {
            Cut(Segment.File, Frames.End);
            throw;
        }
    }

    /// <summary>Takes back, for good, what a full disk left half written behind the frames.</summary>
    /// <exception cref="IOException">That failed too: what the file holds is not certain.</exception>
    public static void Cut(IFile file, long end)
    {
        try
        {
            file.SetLength(end);
            file.Flush();
        }
        catch (DiskFullException failure)
        {
            throw new IOException($"Taking back an unfinished write failed: {failure.Message}", failure);
        }
    }
}
