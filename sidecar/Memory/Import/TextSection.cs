using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Thermocline.Memory.Import;

/// <summary>Collects lines into one record of a text source, up to <see cref="ImportLimits.TextBytesMax"/>.</summary>
internal sealed class TextSection(string file, string type)
{
    private readonly ArrayBufferWriter<byte> _text = new(ImportLimits.TextBytesMax);
    private long _line;
    private long _offset;

    public int Bytes => _text.WrittenCount;

    /// <summary>Whether a line of this length still fits.</summary>
    public bool Fits(int bytes) => _text.WrittenCount + bytes + 1 <= ImportLimits.TextBytesMax;

    public void Add(Line line)
    {
        if (_text.WrittenCount == 0)
        {
            // A record starts with something to read.
            if (line.Bytes.Trim(" \t"u8).IsEmpty)
                return;
            _line = line.Number;
            _offset = line.Offset;
        }

        _text.Write(line.Bytes);
        if (!line.IsCut)
            _text.Write("\n"u8);
    }

    /// <summary>Ends the record; false when it holds nothing but blanks.</summary>
    public bool TryTake(string? heading, out SourceItem item)
    {
        ReadOnlySpan<byte> text = _text.WrittenSpan.TrimEnd(" \t\r\n"u8);
        bool any = !text.Trim(" \t\r\n\f"u8).IsEmpty;
        item = default;
        if (any)
        {
            item = text.Contains((byte)0)
                ? SourceItem.Rejected(_line, _offset, "The text holds a NUL byte: it is no text.")
                : SourceItem.Record(_line, _offset, Draft(text, heading));
        }

        _text.ResetWrittenCount();
        return any;
    }

    private MemoryDraft Draft(ReadOnlySpan<byte> text, string? heading)
    {
        // Old files are mostly Latin-1, where every byte is a character; the record says that this was assumed.
        bool isUtf8 = Utf8.IsValid(text);
        return new MemoryDraft
        {
            Content = isUtf8 ? text.ToArray() : Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(text)),
            Type = type,
            Files = Encoding.UTF8.GetByteCount(file) <= MemoryLimits.FileBytesMax && !Wording.HasControl(file) ? [file] : [],
            Metadata = Place(heading, isUtf8),
        };
    }

    private byte[] Place(string? heading, bool isUtf8)
    {
        string line = _line.ToString(CultureInfo.InvariantCulture);
        string encoding = isUtf8 ? "" : ",\"encoding\":\"latin-1 (assumed)\"";
        return Encoding.UTF8.GetBytes(heading is null
            ? $$"""{"line":{{line}}{{encoding}}}"""
            : $$"""{"heading":"{{JsonEncodedText.Encode(heading)}}","line":{{line}}{{encoding}}}""");
    }
}
