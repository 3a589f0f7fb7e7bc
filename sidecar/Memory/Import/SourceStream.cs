using System.IO.Compression;

namespace Thermocline.Memory.Import;

/// <summary>
/// The text of a file, expanded when its name ends in <c>.gz</c>. Expansion is bounded, so that a small file cannot fill
/// the disk; past the bound reading fails with <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class SourceStream : Stream
{
    private readonly FileStream _file;
    private readonly Stream _text;
    private readonly long _bytesMax;
    private byte[] _first = [];
    private int _firstAt;

    private SourceStream(FileStream file, Stream text, long bytesMax)
    {
        _file = file;
        _text = text;
        _bytesMax = bytesMax;
    }

    /// <summary>Bytes of text given out.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Bytes of the file read so far.</summary>
    public long FileBytes => _file.Position;

    /// <summary>The first bytes of the text.</summary>
    public ReadOnlySpan<byte> First => _first;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => TextBytes;
        set => throw new NotSupportedException();
    }

    public static SourceStream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 << 10, FileOptions.SequentialScan);
        bool isZipped = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        long bytesMax = isZipped
            ? Math.Min(ImportLimits.ExpandedBytesMax, Math.Max(1L << 20, file.Length * ImportLimits.ExpansionMax))
            : long.MaxValue;
        var source = new SourceStream(file, isZipped ? new GZipStream(file, CompressionMode.Decompress) : file, bytesMax);
        try
        {
            var first = new byte[FormatSniff.Bytes];
            source._first = first[..source._text.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (_firstAt < _first.Length)
        {
            read = Math.Min(buffer.Length, _first.Length - _firstAt);
            _first.AsSpan(_firstAt, read).CopyTo(buffer);
            _firstAt += read;
        }
        else
        {
            read = _text.Read(buffer);
        }

        TextBytes += read;
        if (TextBytes > _bytesMax)
            throw new InvalidDataException($"it expands to more than {_bytesMax:N0} bytes");
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
