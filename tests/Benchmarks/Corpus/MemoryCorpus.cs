using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Corpus;

/// <summary>
/// Real text found on a Debian machine, wrapped as JSON memories of 200 B to 5 KiB. The same packages and the same seed give
/// the same records. Five agents write in turn, each going through one file after the other, and no file comes twice: a
/// dictionary trained on the beginning of the corpus has not seen what is measured on its end.
/// </summary>
internal sealed class MemoryCorpus
{
    public const string TooLittleText = "The corpus needs text: /usr/share/doc and /usr/share/man of a full Debian machine (packages man-db, doc-base).";

    private const int RecordBytesMin = 200;
    private const int RecordBytesMax = 5 << 10;
    private static readonly string[] Agents = ["researcher", "planner", "archivist", "reviewer", "operator"];

    private readonly Random _random;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly DateTimeOffset _start = new(2026, 1, 5, 7, 0, 0, TimeSpan.Zero);
    private double _elapsedSeconds;

    private MemoryCorpus(ulong seed) => _random = new Random((int)KeySpace.Mix(seed));

    /// <summary>So many records, or null when the machine has too little text for them.</summary>
    public static byte[][]? Build(int count, ulong seed, CancellationToken cancellation)
    {
        var corpus = new MemoryCorpus(seed);
        using IEnumerator<TextFile> files = TextFiles.Find(corpus._random).GetEnumerator();
        IEnumerator<byte[]>[] sessions = [.. Agents.Select(_ => Enumerable.Empty<byte[]>().GetEnumerator())];
        var records = new List<byte[]>(count);
        while (records.Count < count)
        {
            cancellation.ThrowIfCancellationRequested();
            int agent = corpus._random.Next(Agents.Length);
            while (!sessions[agent].MoveNext())
            {
                if (!files.MoveNext())
                    return null;
                sessions[agent] = corpus.SessionOf(files.Current, Agents[agent]).GetEnumerator();
            }

            if (sessions[agent].Current.Length is >= RecordBytesMin and <= RecordBytesMax)
                records.Add(sessions[agent].Current);
        }

        return [.. records];
    }

    /// <summary>How many there are and how long, in one line.</summary>
    public static string Describe(byte[][] records)
    {
        int[] lengths = [.. records.Select(record => record.Length).Order()];
        long total = lengths.Sum(length => (long)length);
        return string.Create(CultureInfo.InvariantCulture,
            $"{records.Length:N0} memories, {total:N0} B, mean {total / records.Length}, p10 {lengths[lengths.Length / 10]}, "
            + $"p50 {lengths[lengths.Length / 2]}, p90 {lengths[lengths.Length * 9 / 10]}, max {lengths[^1]}");
    }

    private IEnumerable<byte[]> SessionOf(TextFile file, string agent)
    {
        string session = "s-" + Hex(8);
        return Passages.Of(file, _random).Select(passage => Wrap(file, session, agent, passage));
    }

    private byte[] Wrap(TextFile file, string session, string agent, string passage)
    {
        _elapsedSeconds += -Math.Log(1 - _random.NextDouble()) * 90;
        _buffer.Clear();
        using (var json = new Utf8JsonWriter(_buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id", $"0199{Hex(4)}-{Hex(4)}-7{Hex(3)}-a{Hex(3)}-{Hex(12)}");
            json.WriteString("timestamp", _start.AddSeconds(_elapsedSeconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("type", file.Kind.MemoryType);
            json.WriteString("agent", agent);
            json.WriteString("session", session);
            json.WriteNumber("importance", Hundredths());
            json.WriteStartObject("significance");
            json.WriteNumber("emotional_resonance", Hundredths());
            json.WriteNumber("knowledge_value", Hundredths());
            json.WriteNumber("relationship_depth", Hundredths());
            json.WriteNumber("pattern_strength", Hundredths());
            json.WriteEndObject();
            json.WriteStartArray("tags");
            json.WriteStringValue(file.Kind.Tag);
            json.WriteStringValue(file.Subject);
            json.WriteEndArray();
            json.WriteNumber("accessCount", (int)(-Math.Log(1 - _random.NextDouble()) * 3));
            json.WriteString("content", passage);
            json.WriteEndObject();
        }

        return _buffer.WrittenSpan.ToArray();
    }

    private decimal Hundredths() => _random.Next(100) / 100m;

    private string Hex(int digits) => string.Create(digits, _random, (span, random) =>
    {
        foreach (ref char digit in span)
            digit = "0123456789abcdef"[random.Next(16)];
    });
}
