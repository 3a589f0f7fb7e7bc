using Thermocline.Memory.Import;
using Thermocline.Sidecar.Commands;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>One run of the command: opens what is imported into, imports, and reports.</summary>
internal sealed class ImportSession(ImportOrder order, Surroundings surroundings)
{
    private const int ContentBytesMax = 16 << 20;

    public async Task<int> RunAsync(CancellationToken stop)
    {
        if (order.Server is { } address)
        {
            using ServerTarget target = new(address, surroundings.Time);
            return await FinishAsync(await ImportAsync(order.IsDry ? new DryTarget() : target, stop));
        }

        // A dry run without a look at the store leaves no trace, not even a folder.
        if (order.IsDry && !order.OnlyIfEmpty && !order.ShowsExample)
            return await FinishAsync(await ImportAsync(new DryTarget(), stop));
        return await FinishAsync(await WithFolderAsync(stop));
    }

    private async Task<ImportOutcome> WithFolderAsync(CancellationToken stop)
    {
        long before = StoreFolder.BytesOnDisk(order.Folder);
        ImportOutcome outcome;
        using (StoreFolder folder = StoreFolder.Open(order.Folder, surroundings.Time))
        {
            outcome = order.OnlyIfEmpty && !folder.Memories.IsEmpty
                ? new ImportOutcome { AlreadyHeld = folder.Store.Status.Keys }
                : await ImportAsync(order.IsDry ? new DryTarget() : new StoreTarget(folder.Memories, folder.Store), stop);
            if (order.ShowsExample && !outcome.Summary.Stopped)
                outcome = outcome with { Example = await ExampleSearch.RunAsync(folder.Store, folder.Memories, stop) };
            StoreStatus status = folder.Store.Status;
            outcome = outcome with { OpenedIn = folder.OpenedIn, Hot = status.Hot, Warm = status.Warm };
        }

        // The files have their final lengths only after the store was closed.
        long after = StoreFolder.BytesOnDisk(order.Folder);
        return outcome with { StoredBytes = Math.Max(0, after - before), FolderBytes = after };
    }

    private async Task<ImportOutcome> ImportAsync(IImportTarget target, CancellationToken stop)
    {
        SourceChoice choice = SourceChoice.Of(order.Paths, order.Folder);
        if (choice.Note is { } note)
            await surroundings.Error.WriteLineAsync(note);
        var options = new ImportOptions
        {
            Format = order.Format,
            RecordsMax = order.RecordsMax,
            FileBytesMax = choice.FileBytesMax,
            StopsAtRejection = order.StopsAtRejection,
            ContentBytesMax = ContentBytesMax,
        };
        var run = new ImportRun(target, options, surroundings.Time);
        long started = surroundings.Time.GetTimestamp();
        ImportSummary summary = await ImportDisplay.ShowAsync(
            surroundings, choice.TotalBytes(), progress => run.RunAsync(choice.Files(), progress, stop));
        return new ImportOutcome { Summary = summary, Took = surroundings.Time.GetElapsedTime(started), IsDry = order.IsDry };
    }

    private async Task<int> FinishAsync(ImportOutcome outcome)
    {
        await surroundings.Output.WriteLineAsync(
            order.IsJson ? ImportJson.Write(outcome) : ImportReport.Write(outcome, order));
        if (outcome.Summary.Stopped)
            return ExitCode.Interrupted;
        if (outcome.Summary.EndedAtRejection)
            return ExitCode.Failed;
        bool nothing = outcome.AlreadyHeld is null && outcome.Summary is { Records: 0, Present: 0 };
        return nothing ? ExitCode.Failed : ExitCode.Done;
    }
}
