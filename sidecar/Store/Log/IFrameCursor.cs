using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>A walk over the frames of a file of the log, in the order of their addresses.</summary>
internal interface IFrameCursor
{
    /// <summary>The current frame, valid until the next move. A tombstone may have lost its value only.</summary>
    Frame Frame { get; }

    /// <summary>Its place.</summary>
    Address Address { get; }

    /// <summary>Bytes from its address to that of the frame written after it: fewer than the frame has when it was a delta.</summary>
    int FrameBytes { get; }

    /// <summary>Goes on; false at the end.</summary>
    /// <exception cref="StoreException">Damaged, or the world failed.</exception>
    bool MoveNext();
}
