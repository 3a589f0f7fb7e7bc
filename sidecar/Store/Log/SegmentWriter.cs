using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>The end of the log: appends whole groups to the open segment and knows how much of it is synced.</summary>
internal sealed class SegmentWriter
{
    private readonly IFile _file;

    private SegmentWriter(Segment segment, TailKeys keys)
    {
        Segment = segment;
        Keys = keys;
        _file = segment.File;
    }

    public Segment Segment { get; }

    /// <summary>Keys of the frames so far.</summary>
    public TailKeys Keys { get; }

    /// <summary>End of the frames, in bytes.</summary>
    public long End { get; private set; } = SegmentHeader.Bytes;

    /// <summary>End of what is known to be on disk.</summary>
    public long Synced { get; private set; } = SegmentHeader.Bytes;

    public bool IsDirty => Synced < End;

    /// <summary>What was appended, for the sealer.</summary>
    public FramesSummary Summary { get; private set; } = new(SegmentHeader.Bytes, 0, 0, 0);

    /// <summary>Creates the next segment: its header and name are durable when this returns.</summary>
    /// <exception cref="DiskFullException">There is no space for it: there is no such file.</exception>
    public static SegmentWriter Create(IFiles files, in SegmentHeader header, long reserveBytes)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeMilliseconds(header.CreatedMs);
        string path = SegmentNames.PathOf(header.Number, created);
        string[] folders = SegmentNames.Folders(created);
        files.CreateDirectory(folders[^1]);
        IFile file = files.Create(path, reserveBytes);
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(bytes);
        try
        {
            file.Write(bytes, 0);
        }
        catch (DiskFullException)
        {
            // Its number is given again, maybe in the folder of another month: no power loss may bring this one back.
            file.Dispose();
            files.Delete(path);
            files.SyncDirectory(folders[^1]);
            throw;
        }

        file.Flush();
        foreach (string folder in folders)
            files.SyncDirectory(folder);
        var keys = new TailKeys();
        return new SegmentWriter(new Segment(files, path, file, header, keys), keys);
    }

    /// <summary>Appends the encoded frames of a group.</summary>
    /// <exception cref="DiskFullException">There is no space: nothing of them is left, and everything before them is synced.</exception>
    public void Append(ReadOnlySpan<byte> frames, int count, ulong lastSequence, ulong lastTag)
    {
        try
        {
            _file.Write(frames, End);
        }
        catch (DiskFullException)
        {
            // Frames of it may be whole, and later ones need not cover them all: a write that was refused must not be found
            // after a crash.
            UnsealedSegment.Cut(_file, End);
            Synced = End;
            throw;
        }

        End += frames.Length;
        Summary = new FramesSummary(End, Summary.Count + count, lastSequence, lastTag);
    }

    /// <summary>What is left to do once no more frames come and all are synced.</summary>
    public UnsealedSegment Finish() => new(Segment, Summary, Keys);

    /// <summary>Makes everything appended durable.</summary>
    public void Sync()
    {
        _file.Flush();
        Synced = End;
    }
}
