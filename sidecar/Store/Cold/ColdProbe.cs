using System.Security.Cryptography;

namespace Thermocline.Store.Cold;

/// <summary>How <see cref="IColdStore.ProbeAsync"/> finds out what a store does; implementations of stores may use it.</summary>
public static class ColdProbe
{
    /// <summary>What the names of probe objects start with.</summary>
    public const string Prefix = "probe/";

    /// <summary>
    /// Writes, replaces, reads, lists and deletes an object of its own. A condition that is refused, ignored or judged wrongly
    /// means that there are no conditional writes; anything else that fails is raised.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be reached, or refuses one of these.</exception>
    public static async ValueTask<ColdAbilities> RunAsync(IColdStore store, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        string name = Prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);
        string old = await PutAsync(store, name, "first"u8.ToArray(), cancellation);
        string present = await PutAsync(store, name, "second"u8.ToArray(), cancellation);
        bool conditions;
        try
        {
            conditions = await HonoursAsync(store, name, old, present, cancellation);
            if (await store.GetAsync(name, 64, cancellation) is null)
                throw ColdFailure.Unavailable("be used", "it does not show an object that was just written.");
            await foreach (ColdEntry _ in store.ListAsync(name, cancellation))
                break;
        }
        finally
        {
            await store.DeleteAsync([name], cancellation);
        }

        return new ColdAbilities(conditions);
    }

    private static async ValueTask<string> PutAsync(
        IColdStore store, string name, byte[] content, CancellationToken cancellation)
    {
        ColdPut put = await store.PutAsync(name, content, ColdCondition.None, cancellation);
        return put.Tag ?? throw ColdFailure.Unavailable("be used", "it says a condition failed where there was none.");
    }

    private static async ValueTask<bool> HonoursAsync(
        IColdStore store, string name, string old, string present, CancellationToken cancellation)
    {
        byte[] third = "third"u8.ToArray();
        try
        {
            return !(await store.PutAsync(name, third, ColdCondition.IfAbsent, cancellation)).IsDone
                && !(await store.PutAsync(name, third, ColdCondition.IfVersion(old), cancellation)).IsDone
                && (await store.PutAsync(name, third, ColdCondition.IfVersion(present), cancellation)).IsDone;
        }
        catch (StoreException refused) when (refused.Fault == StoreFault.ColdRefused)
        {
            // The same object was just written without a condition, so it is the condition that is refused.
            return false;
        }
    }
}
