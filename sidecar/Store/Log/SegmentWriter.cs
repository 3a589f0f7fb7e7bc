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
    public static SegmentWriter Create(IFiles files, in SegmentHeader header, long reserveBytes)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeMilliseconds(header.CreatedMs);
        string path = SegmentNames.PathOf(header.Number, created);
        string[] folders = SegmentNames.Folders(created);
        files.CreateDirectory(folders[^1]);
        IFile file = files.Create(path, reserveBytes);
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(bytes);
        file.Write(bytes, 0);
        file.Flush();
        foreach (string folder in folders)
            files.SyncDirectory(folder);
        var keys = new TailKeys();
        return new SegmentWriter(new Segment(files, path, file, header, keys), keys);
    }

    /// <summary>Appends the encoded frames of a group.</summary>
    public void Append(ReadOnlySpan<byte> frames, int count, ulong lastSequence, ulong lastTag)
    {
        _file.Write(frames, End);
        End += frames.Length;
        Summary = new FramesSummary(End, Summary.Count + count, lastSequence, lastTag);
    }

    /// <summary>Makes everything appended durable.</summary>
    public void Sync()
    {
        _file.Flush();
        Synced = End;
    }
}
