using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store.Accounting;

namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>Names who holds the memory that is missing.</summary>
internal static class Culprit
{
    /// <summary>One sentence; null when nobody stands out.</summary>
    /// <param name="accounts">The ledger.</param>
    /// <param name="reading">Memory as the system sees it.</param>
    /// <param name="plan">The budget.</param>
    /// <param name="shares">Shares of the components.</param>
    public static string? Of(
        IReadOnlyList<AccountFigures> accounts, in MemoryReading reading, BudgetPlan plan, BudgetShares shares)
    {
        // What cannot be believed is named first: it may hide everything below.
        AccountFigures? liar = accounts.FirstOrDefault(static account => account.Mistakes > 0);
        if (liar is not null)
            return $"{liar.Component}/{liar.Part} charged bytes that cannot be true, {liar.Mistakes} times: its figures are not to be trusted.";
        long system = plan.Limit / 100 * shares.System;
        if (reading.Unexplained > system + (plan.Limit / 10))
            return $"Memory that no component counts: {Mebibytes(reading.Unexplained)} MiB, where the runtime is expected to take {Mebibytes(system)}.";
        (string name, long over, long bytes, long share) = accounts
            .GroupBy(static account => account.Component)
            .Select(group => Over(group, plan, shares))
            .DefaultIfEmpty((Name: "", Over: 0L, Bytes: 0L, Share: 0L))
            .MaxBy(static each => each.Over);
        return over <= 0 ? null : $"{name} holds {Mebibytes(bytes)} MiB; the share of its component is {Mebibytes(share)}.";
    }

    private static (string Name, long Over, long Bytes, long Share) Over(
        IGrouping<string, AccountFigures> component, BudgetPlan plan, BudgetShares shares)
    {
        long share = plan.Limit / 100 * ShareOf(component.Key, shares);
        AccountFigures largest = component.MaxBy(static account => account.Bytes)!;
        return ($"{component.Key}/{largest.Part}", component.Sum(static account => account.Bytes) - share, largest.Bytes, share);
    }

    private static int ShareOf(string component, BudgetShares shares) => component switch
    {
        "states" => shares.States + shares.Signals,
        "cache" => shares.Cache,
        "connections" => shares.Connections,
        _ => shares.System,
    };

    private static long Mebibytes(long bytes) => bytes >> 20;
}
