using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>
/// v1 frames, one after the other. What is no whole frame is named with its offset, and reading goes on at the next bytes
/// that are one, checksum included; so one bad byte costs one frame. Holds one frame at most.
/// </summary>
internal sealed class V1FrameReader(Stream stream) : IRecordReader
{
    // Bytes whose checksum is computed in vain, beyond those of the file: a hostile one could ask for it at every byte.
    private const long SearchBytesMax = 256L << 20;

    private readonly FrameWindow _window = new(stream, V1Frame.FrameBytesMax);
    private long _number;
    private long _spent;
    private bool _gaveUp;

    public int BufferBytes => _window.BufferBytes;

    public bool TryRead(out SourceItem item)
    {
        item = default;
        if (_gaveUp || !_window.Ensure(1))
            return false;
        _number++;
        long offset = _window.Offset;
        V1Layout? layout = Look(out string? problem);
        if (layout is { } found)
        {
            item = Item(offset, found);
            _window.Skip(found.TotalBytes);
            return true;
        }

        _window.Skip(1);
        string rest = FindNext() ? $"{_window.Offset - offset:N0} bytes were passed over"
            : _gaveUp ? "the search for the next frame was given up, and the rest of the file left out"
            : "no frame follows";
        item = SourceItem.Rejected(_number, offset, $"{problem} ({rest}.)");
        return true;
    }

    /// <summary>The frame that begins here, or why there is none.</summary>
    private V1Layout? Look(out string? problem)
    {
        int wanted = 1;
        while (true)
        {
            if (!_window.Ensure(wanted))
            {
                problem = $"The file ends inside a frame: {_window.Available.Length:N0} of at least {wanted:N0} bytes are there.";
                return null;
            }

            wanted = V1Layout.Read(_window.Available, out V1Layout layout, out problem);
            if (wanted > 0)
                continue;
            if (problem is not null)
                return null;
            if (V1Frame.IsWhole(_window.Available[..layout.TotalBytes]))
                return layout;
            problem = "The frame's checksum (CRC-32) is not that of its bytes.";
            return null;
        }
    }

    /// <summary>Goes to the next whole frame, or to the end.</summary>
    private bool FindNext()
    {
        while (_window.Ensure(1))
        {
            int at = _window.Available.IndexOf(V1Frame.Magic[0]);
            _window.Skip(at < 0 ? _window.Available.Length : at);
            if (at < 0)
                continue;
            if (Look(out _) is not null)
                return true;
            _spent += V1Layout.Read(_window.Available, out V1Layout layout, out _) == 0 ? layout.TotalBytes : 0;
            _window.Skip(1);
            if (_spent > SearchBytesMax + _window.Offset)
            {
                _gaveUp = true;
                return false;
            }
        }

        return false;
    }

    private SourceItem Item(long offset, V1Layout layout)
    {
        ReadOnlySpan<byte> frame = _window.Available[..layout.TotalBytes];
        ReadOnlySpan<byte> id = frame.Slice(V1Frame.HeadBytes, layout.IdBytes);
        byte[] content = frame.Slice(layout.ContentAt, layout.ContentBytes).ToArray();
        byte[] metadata = frame.Slice(layout.MetadataAt, layout.MetadataBytes).ToArray();
        string? wrong = !Utf8.IsValid(id) ? "id" : !Utf8.IsValid(content) ? "content" : !Utf8.IsValid(metadata) ? "metadata" : null;
        if (wrong is not null)
            return SourceItem.Rejected(_number, offset, $"The frame's {wrong} is not valid UTF-8.");
        try
        {
            using var json = JsonDocument.Parse(metadata.Length == 0 ? "{}"u8.ToArray() : metadata, RecordMapping.Strict);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return SourceItem.Rejected(_number, offset, "The frame's metadata is no JSON object.");
            var place = new RecordPlace(_number, offset);
            return PortableReading.IsOne(json.RootElement)
                ? SourceItem.Of(place, PortableReading.Read(json.RootElement, content))
                : V1Mapping.Map(new V1Parts(Encoding.UTF8.GetString(id), layout.TimeMs, content, json.RootElement), place);
        }
        catch (JsonException e)
        {
            return SourceItem.Rejected(_number, offset, $"The frame's metadata is not valid JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader raises for an escape such as \ud800 without its partner.
            return SourceItem.Rejected(_number, offset, "A string of the frame's metadata holds half of a surrogate pair.");
        }
    }
}
