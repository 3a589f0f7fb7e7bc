using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Thermocline.Memory.Export;
using Thermocline.Memory.Portable;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Export;

/// <summary>
/// Exports through the API of a running sidecar. Of JSON lines only whole ones are given on, so the last key is always
/// known; of other formats it is not, and an interrupted export of them begins again.
/// </summary>
internal sealed class ServerSource : IExportSource
{
    private const int PieceBytes = 256 << 10;
    private const int DetailCharsMax = 2000;

    private readonly HttpClient _client;
    private readonly HttpResponseMessage _answer;
    private readonly Stream _stream;
    private readonly bool _isLines;
    private readonly ArrayBufferWriter<byte> _open = new(PieceBytes);
    private byte[] _lastLine = [];

    private ServerSource(HttpClient client, HttpResponseMessage answer, Stream stream, bool isLines)
    {
        _client = client;
        _answer = answer;
        _stream = stream;
        _isLines = isLines;
        Sequence = answer.Headers.TryGetValues(ExportNames.SequenceHeader, out IEnumerable<string>? values)
            && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong sequence)
            ? sequence
            : throw new ExportException("The answer does not name its moment: is this a thermocline sidecar?");
    }

    public ulong Sequence { get; }

    public long RecordsAtMost => 0;

    public ExportCounts Counts { get; private set; } = new();

    /// <exception cref="ExportException">It refused.</exception>
    /// <exception cref="HttpRequestException">It did not answer.</exception>
    public static async Task<ServerSource> OpenAsync(ExportOrder order, byte[] after, CancellationToken cancellation)
    {
        // No limit on the whole: an export takes as long as there are records. Silence is bounded by the sidecar's own rates.
        var client = new HttpClient { BaseAddress = order.Server, Timeout = Timeout.InfiniteTimeSpan };
        HttpResponseMessage? answer = null;
        try
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.ReadFrom(order.TokenFile));
            answer = await client.GetAsync(Target(order, after), HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new ExportException($"{order.Server} answered {(int)answer.StatusCode}: {await DetailAsync(answer, cancellation)}");
            Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
            return new ServerSource(client, answer, stream, order.Selection.Format == ExportFormat.Jsonl);
        }
        catch
        {
            answer?.Dispose();
            client.Dispose();
            throw;
        }
    }

    public async ValueTask<bool> ReadAsync(ArrayBufferWriter<byte> output, CancellationToken cancellation)
    {
        while (true)
        {
            int read = await _stream.ReadAsync(_open.GetMemory(PieceBytes), cancellation);
            _open.Advance(read);
            if (read == 0 && _isLines && _open.WrittenCount > 0)
                throw new ExportException("The answer ended inside a line.");
            int whole = _isLines ? _open.WrittenSpan.LastIndexOf((byte)'\n') + 1 : _open.WrittenCount;
            if (whole == 0 && read > 0)
                continue;
            Give(whole, output);
            return read > 0;
        }
    }

    public byte[]? LastKey() =>
        _isLines && _lastLine.Length > 0 ? PortableKey.Of(_lastLine) : null;

    public void Dispose()
    {
        _stream.Dispose();
        _answer.Dispose();
        _client.Dispose();
    }

    private void Give(int whole, ArrayBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> given = _open.WrittenSpan[..whole];
        output.Write(given);
        if (_isLines && whole > 0)
        {
            ReadOnlySpan<byte> line = given[(given[..^1].LastIndexOf((byte)'\n') + 1)..];
            _lastLine = line[..Math.Min(line.Length, PortableKey.HeadBytesMax)].ToArray();
            Counts = Counts with { Records = Counts.Records + given.Count((byte)'\n') };
        }

        byte[] rest = _open.WrittenSpan[whole..].ToArray();
        _open.ResetWrittenCount();
        _open.Write(rest);
    }

    private static Uri Target(ExportOrder order, byte[] after)
    {
        var target = new StringBuilder("/v1/export?format=").Append(ExportNames.Of(order.Selection.Format));
        Add(target, "collection", order.Selection.Collection);
        Add(target, "prefix", order.Selection.Prefix);
        Add(target, "type", order.Selection.Type);
        Add(target, "damaged", order.StopsAtDamage ? "fail" : "skip");
        Add(target, "after", after.Length == 0 ? null : Convert.ToBase64String(after));
        return new Uri(target.ToString(), UriKind.Relative);
    }

    private static void Add(StringBuilder target, string name, string? value)
    {
        if (value is not null)
            target.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    private static async Task<string> DetailAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellation);
        return text.Length <= DetailCharsMax ? text : text[..DetailCharsMax];
    }
}
