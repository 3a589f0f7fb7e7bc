namespace Thermocline.Testing.Budget;

/// <summary>
/// Reads back every record and compares it. It goes from the first number to the last in strides, and remembers after each how
/// far it has come.
/// </summary>
internal sealed class BudgetWalk(BudgetState state, BudgetRecords records, BudgetMistakes mistakes, IProgress<BudgetProgress> progress)
{
    private const int Clients = 8;
    private const int RecordsPerClient = 256;
    private const int SaveEvery = 64;

    public async Task RunAsync(BudgetClient client, CancellationToken stop)
    {
        int end = state.Versions.End;
        RecordCheck[] checks = [.. Enumerable.Range(0, Clients).Select(_ => new RecordCheck(state, records, mistakes))];
        for (int stride = 1; state.Walked < end && !stop.IsCancellationRequested; stride++)
        {
            int from = state.Walked;
            await Task.WhenAll(checks.Select((check, i) =>
                WalkAsync(client, check, from + (i * RecordsPerClient), Math.Min(end, from + ((i + 1) * RecordsPerClient)))));
            state.Walked = Math.Min(end, from + (Clients * RecordsPerClient));
            progress.Report(new BudgetProgress("records read back", (double)state.Walked / end));
            if (stride % SaveEvery == 0)
                state.Save();
        }
    }

    private static async Task WalkAsync(BudgetClient client, RecordCheck check, int from, int end)
    {
        for (int number = from; number < end; number++)
            await check.ReadAsync(client, number);
    }
}
