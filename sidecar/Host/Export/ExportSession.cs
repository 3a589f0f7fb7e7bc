using System.Buffers;
using Thermocline.Sidecar.Commands;
using Thermocline.Store;

namespace Thermocline.Sidecar.Export;

/// <summary>One run of the command: opens what is exported, writes it, and reports.</summary>
internal sealed class ExportSession(ExportOrder order, Surroundings surroundings)
{
    /// <summary>Bytes between two states: what a crash makes an export write again.</summary>
    private const long StateEveryBytes = 64L << 20;

    private readonly long _started = surroundings.Time.GetTimestamp();
    private ExportState _begun = ExportState.Of(order);
    private ExportState _state = ExportState.Of(order);
    private bool _resumed;

    public async Task<int> RunAsync(CancellationToken stop)
    {
        if (order.Server is not null && !order.StopsAtDamage)
            await surroundings.Error.WriteLineAsync("A sidecar leaves damaged records out without counting them here: thermocline status names them.");
        if (order.File is not { } path)
            return await FinishAsync(await ToOutputAsync(stop));
        Check(path);
        ExportState? left = order.Resumes ? PartialFile.ReadState(path) : null;
        if (left?.Refuse(order) is { } reason)
            throw new ExportException($"The export that was begun cannot be gone on with: {reason}. Export again without --resume.");
        if (order.Resumes && left is null)
            await surroundings.Error.WriteLineAsync($"There is nothing to resume beside {path}: beginning.");
        _begun = left ?? _begun;
        _resumed = left is not null;
        // The source first: a folder that cannot be opened must not cost what was written before.
        using IExportSource source = await OpenAsync(stop);
        using PartialFile target = left is null ? PartialFile.Begin(path) : PartialFile.Resume(path, left);
        return await FinishAsync(await ToFileAsync(source, target, stop));
    }

    private void Check(string path)
    {
        if (Directory.Exists(path))
            throw new ExportException($"{path} is a folder: name a file.");
        if (File.Exists(path) && !order.Replaces)
            throw new ExportException($"{path} exists: name another file, or give --force to replace it.");
    }

    private async Task<IExportSource> OpenAsync(CancellationToken stop)
    {
        IExportSource source = order.Server is null
            ? FolderSource.Open(order, _begun.LastKey, surroundings.Time)
            : await ServerSource.OpenAsync(order, _begun.LastKey, stop);
        ulong? before = _begun.Sequences.Count == 0 ? null : _begun.Sequences[^1];
        if (before is not null && before != source.Sequence)
        {
            await surroundings.Error.WriteLineAsync(
                $"The store has changed since the export began: its first {_begun.Records:N0} records are of moment {before}, the rest of moment {source.Sequence}.");
        }

        if (before != source.Sequence)
            _begun = _begun with { Sequences = [.. _begun.Sequences, source.Sequence] };
        _state = _begun;
        return source;
    }

    private async Task<ExportOutcome> ToOutputAsync(CancellationToken stop)
    {
        using IExportSource source = await OpenAsync(stop);
        long bytes = 0;
        bool stopped = await PumpAsync(source, async piece =>
        {
            await surroundings.OutputBytes.WriteAsync(piece, CancellationToken.None);
            bytes += piece.Length;
        }, stop);
        await surroundings.OutputBytes.FlushAsync(CancellationToken.None);
        return Outcome(source, bytes, stopped);
    }

    private async Task<ExportOutcome> ToFileAsync(IExportSource source, PartialFile target, CancellationToken stop)
    {
        long nextState = target.Bytes + StateEveryBytes;
        try
        {
            bool stopped = await PumpAsync(source, async piece =>
            {
                await target.WriteAsync(piece);
                _state = _begun.With(source.Counts) with { LastKey = source.LastKey() ?? [] };
                if (target.Bytes < nextState)
                    return;
                Keep(target);
                nextState = target.Bytes + StateEveryBytes;
            }, stop);
            if (stopped)
                Keep(target);
            else
                target.Complete();
            return Outcome(source, target.Bytes, stopped);
        }
        catch (Exception failure) when (failure is StoreException or IOException or HttpRequestException)
        {
            Keep(target);
            throw;
        }
    }

    /// <summary>Gives piece after piece away; answers whether it was stopped.</summary>
    private async Task<bool> PumpAsync(IExportSource source, Func<ReadOnlyMemory<byte>, Task> write, CancellationToken stop)
    {
        try
        {
            return await ExportDisplay.ShowAsync(surroundings, source.RecordsAtMost, async progress =>
            {
                var piece = new ArrayBufferWriter<byte>();
                long bytes = 0;
                for (bool more = true; more;)
                {
                    if (stop.IsCancellationRequested)
                        return true;
                    more = await source.ReadAsync(piece, stop);
                    if (order.StopsAtDamage && source.Counts.Damaged > 0)
                        throw new ExportException($"The export ended at a damaged record: {source.Counts.DamagedNamed[0]}");
                    await write(piece.WrittenMemory);
                    bytes += piece.WrittenCount;
                    piece.ResetWrittenCount();
                    progress.Report((_begun.Records + source.Counts.Records, bytes));
                }

                return false;
            });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return true;
        }
    }

    private void Keep(PartialFile target)
    {
        if (_state.LastKey.Length > 0)
            target.Save(_state);
    }

    private ExportOutcome Outcome(IExportSource source, long bytes, bool stopped) => new()
    {
        Records = _begun.Records + source.Counts.Records,
        NewRecords = source.Counts.Records,
        Bytes = bytes,
        Damaged = _begun.Damaged + source.Counts.Damaged,
        DamagedNamed = source.Counts.DamagedNamed,
        Sequences = _state.Sequences,
        Stopped = stopped,
        CanResume = stopped && _state.LastKey.Length > 0 && order.File is not null,
        Resumed = _resumed,
        Took = surroundings.Time.GetElapsedTime(_started),
    };

    private async Task<int> FinishAsync(ExportOutcome outcome)
    {
        // Standard output holds the export itself when there is no file.
        TextWriter report = order.File is null ? surroundings.Error : surroundings.Output;
        await report.WriteLineAsync(order.IsJson ? ExportReport.Json(outcome, order) : ExportReport.Text(outcome, order));
        if (outcome.Stopped)
            return ExitCode.Interrupted;
        return outcome.Damaged > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
