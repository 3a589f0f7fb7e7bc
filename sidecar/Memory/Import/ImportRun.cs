using Thermocline.Memory.Portable;
using Thermocline.Memory.Records;

namespace Thermocline.Memory.Import;

/// <summary>
/// Imports files into a target: reads record by record, writes batch by batch, holds one batch. What cannot be read is
/// counted and named, and does not end the run; a failing target does. Stopped at any moment, it is resumed by running
/// it again.
/// </summary>
public sealed class ImportRun(IImportTarget target, ImportOptions options, TimeProvider time)
{
    private readonly ImportBatch _batch = new();
    private readonly List<Rejection> _rejections = [];
    private readonly List<Rejection> _skipped = [];
    private long _taken;
    private long _doneFileBytes;
    private long _doneTextBytes;
    private ImportSummary _summary = new();

    /// <summary>Runs to the end, or until it is cancelled; cancellation ends it after the current batch, without an exception.</summary>
    /// <exception cref="Store.StoreException">The store failed.</exception>
    public async Task<ImportSummary> RunAsync(
        IEnumerable<SourceFile> files, IProgress<ImportSummary>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            foreach (SourceFile file in files)
            {
                if (!CanGoOn || IsAtBound())
                    break;
                cancellation.ThrowIfCancellationRequested();
                await ReadAsync(file, progress, cancellation);
            }

            await WriteAsync(progress, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _summary = _summary with { Stopped = true };
        }

        return _summary with { Rejections = _rejections, Skipped = _skipped, EndedAtRejection = !CanGoOn };
    }

    private bool CanGoOn => !options.StopsAtRejection || _summary.Rejected == 0;

    private bool IsAtBound()
    {
        if (_taken >= options.RecordsMax)
            _summary = _summary with { Bounded = $"the limit of {options.RecordsMax:N0} records was reached" };
        else if (_doneFileBytes >= options.FileBytesMax)
            _summary = _summary with { Bounded = $"the limit of {options.FileBytesMax >> 20:N0} MiB of files was reached" };
        return _summary.Bounded is not null;
    }

    private async Task ReadAsync(SourceFile file, IProgress<ImportSummary>? progress, CancellationToken cancellation)
    {
        try
        {
            using var source = SourceStream.Open(file.Path);
            if (Reader(file, source) is { } reader)
                await ReadAsync(file, source, reader, progress, cancellation);
            _doneFileBytes += file.Bytes;
            _doneTextBytes += source.TextBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Reject(new Rejection(file.Path, 0, 0, $"The file could not be read to its end: {e.Message}"));
            _doneFileBytes += file.Bytes;
        }

        _summary = _summary with { FileBytes = _doneFileBytes, TextBytes = _doneTextBytes };
        progress?.Report(_summary);
    }

    private IRecordReader? Reader(SourceFile file, SourceStream source)
    {
        string? reason = null;
        // Frames are no text; a file whose first frame is damaged is known by what the caller says of it.
        SourceFormat? format = options.Format == SourceFormat.V1 ? SourceFormat.V1 : FormatSniff.Decide(file.Path, source.First, out reason);
        if (format is null)
        {
            _summary = _summary with { FilesSkipped = _summary.FilesSkipped + 1 };
            if (_skipped.Count < ImportLimits.RejectionsNamedMax)
                _skipped.Add(new Rejection(file.Path, 0, 0, reason ?? ""));
            return null;
        }

        _summary = _summary with { Files = _summary.Files + 1 };
        return (options.Format == SourceFormat.Auto || format == SourceFormat.V1 ? format.Value : options.Format) switch
        {
            SourceFormat.Jsonl => new JsonLinesReader(source, ImportLimits.RecordBytesMax),
            SourceFormat.Json or SourceFormat.MathSolutions or SourceFormat.Sessions or SourceFormat.Memories =>
                new JsonDocumentReader(source, Container(file), ImportLimits.RecordBytesMax),
            SourceFormat.Markdown => new MarkdownReader(source, file.Path),
            SourceFormat.Stanzas => new StanzaReader(source, file.Path),
            SourceFormat.V1 => new V1FrameReader(source),
            SourceFormat.Text or SourceFormat.Auto => new ParagraphReader(source, file.Path),
        };
    }

    /// <summary>What the values of a root array are, when the file itself does not say.</summary>
    private string? Container(SourceFile file) => options.Format switch
    {
        SourceFormat.Sessions => "sessions",
        SourceFormat.Memories => "memories",
        SourceFormat.Auto when Path.GetFileName(file.Path).StartsWith("session", StringComparison.OrdinalIgnoreCase) => "sessions",
        _ => null,
    };

    private async Task ReadAsync(
        SourceFile file, SourceStream source, IRecordReader reader, IProgress<ImportSummary>? progress, CancellationToken cancellation)
    {
        for (long position = 0; CanGoOn && _taken < options.RecordsMax && reader.TryRead(out SourceItem item); position++)
        {
            cancellation.ThrowIfCancellationRequested();
            Take(file, position, item);
            if (!_batch.IsFull)
                continue;
            _summary = _summary with { FileBytes = _doneFileBytes + source.FileBytes, TextBytes = _doneTextBytes + source.TextBytes };
            await WriteAsync(progress, cancellation);
        }
    }

    private void Take(SourceFile file, long position, SourceItem item)
    {
        if (item.Raw is { } record)
        {
            TakeRaw(file, item, record);
            return;
        }

        if (item.Draft is null)
        {
            Reject(new Rejection(file.Path, item.Line, item.Offset, item.Reason ?? ""));
            return;
        }

        MemoryDraft draft = item.Draft with
        {
            Id = item.Draft.Id ?? ImportIds.Of(file.Path, position, item.Draft),
            // A record without a time of its own came to be, as a memory, now.
            CreatedAt = item.Draft.CreatedAt ?? time.GetUtcNow(),
        };
        var mistakes = new MistakeList();
        DraftRules.Check(draft, "", options.ContentBytesMax, mistakes);
        if (!mistakes.IsEmpty)
        {
            string reason = string.Join(" ", mistakes.Items.Select(mistake => $"{mistake.Path}: {mistake.Message}"));
            Reject(new Rejection(file.Path, item.Line, item.Offset, reason));
            return;
        }

        _batch.Add(draft);
        _taken++;
    }

    private void TakeRaw(SourceFile file, SourceItem item, PortableRecord record)
    {
        if (record.ExpiresAt is { } expires && expires <= time.GetUtcNow())
        {
            Reject(new Rejection(file.Path, item.Line, item.Offset, $"The record expired at {expires:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
            return;
        }

        _batch.Add(record);
        _taken++;
    }

    private void Reject(Rejection rejection)
    {
        _summary = _summary with { Rejected = _summary.Rejected + 1 };
        if (_rejections.Count < ImportLimits.RejectionsNamedMax)
            _rejections.Add(rejection);
    }

    private async Task WriteAsync(IProgress<ImportSummary>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _summary = await _batch.WriteAsync(target, _summary,
            attempt => Task.Delay(TimeSpan.FromMilliseconds(10 * (attempt + 1)), time, cancellation), cancellation);
        progress?.Report(_summary);
    }
}
