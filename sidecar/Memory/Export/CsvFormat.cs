using System.Buffers;
using System.Globalization;
using System.Text;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Export;

/// <summary>
/// A table for analytics (RFC 4180): one row a record, with its sizes, times and significance and the beginning of its
/// text. It cannot be imported. A field that a spreadsheet would take for a formula gets an apostrophe before it.
/// </summary>
internal sealed class CsvFormat : IRecordFormat
{
    private const int ExcerptChars = 200;

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private readonly StringBuilder _row = new();

    public void Begin(IBufferWriter<byte> output)
    {
        string columns = "collection,key,type,session,content_type,created_at,written_at,expires_at,sequence,value_bytes,metadata_bytes,"
            + string.Join(',', Significance.Names) + ",excerpt\r\n";
        output.Write(Encoding.ASCII.GetBytes(columns));
    }

    public void Write(in RecordView record, IBufferWriter<byte> output)
    {
        _row.Clear();
        Add(record.HasNames ? Encoding.UTF8.GetString(record.Collection) : "");
        Add(record.HasNames ? Encoding.UTF8.GetString(record.Key) : "base64:" + Convert.ToBase64String(record.ComposedKey));
        Add(record.Memory?.Type);
        Add(record.Memory?.Session);
        Add(record.Memory is null ? ContentTypeField.Read(record.Metadata) : null);
        AddTime(record.Memory?.CreatedAt.ToUnixTimeMilliseconds() ?? 0);
        AddTime(record.WrittenAtMs);
        AddTime(record.ExpiresAtMs);
        Add(record.Sequence.ToString(CultureInfo.InvariantCulture));
        Add(record.Value.Length.ToString(CultureInfo.InvariantCulture));
        Add(record.Metadata.Length.ToString(CultureInfo.InvariantCulture));
        for (int dimension = 0; dimension < Significance.Names.Count; dimension++)
            Add(record.Memory?.Significance?[dimension]?.ToString("R", CultureInfo.InvariantCulture));
        AddField(record.ValueIsText ? Excerpt(record.Value) : "");
        _row.Append("\r\n");
        output.Write(Encoding.UTF8.GetBytes(_row.ToString()));
    }

    private void AddTime(long ms) => Add(ms == 0 ? null : RecordJson.Time(ms));

    private void Add(string? field)
    {
        AddField(field ?? "");
        _row.Append(',');
    }

    private void AddField(string field)
    {
        if (field.Length > 0 && IsFormula(field))
            field = "'" + field;
        if (field.AsSpan().IndexOfAny(Quoted) < 0)
            _row.Append(field);
        else
            _row.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    /// <summary>Spreadsheets look past leading blanks, and take full-width signs for plain ones.</summary>
    private static bool IsFormula(string field)
    {
        if (field[0] is '\t' or '\r' or '\n')
            return true;
        ReadOnlySpan<char> text = field.AsSpan().TrimStart();
        return !text.IsEmpty && text[0] is '=' or '+' or '-' or '@' or '|' or '＝' or '＋' or '－' or '＠';
    }

    private static string Excerpt(ReadOnlySpan<byte> text)
    {
        // No character takes more than four bytes; one that the cut splits comes out as a mark and is dropped.
        string begin = Encoding.UTF8.GetString(text[..Math.Min(text.Length, ExcerptChars * 4)]);
        if (begin.Length <= ExcerptChars)
            return begin;
        int end = char.IsHighSurrogate(begin[ExcerptChars - 1]) ? ExcerptChars - 1 : ExcerptChars;
        return begin[..end] + "…";
    }
}
