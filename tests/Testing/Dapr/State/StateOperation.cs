namespace Thermocline.Testing.Dapr.State;

/// <summary>One operation of a transaction.</summary>
/// <param name="Item">What it is about.</param>
/// <param name="IsDelete">Whether it deletes; otherwise it saves.</param>
public sealed record StateOperation(StateItem Item, bool IsDelete)
{
    public static StateOperation Upsert(StateItem item) => new(item, IsDelete: false);

    public static StateOperation Delete(StateItem item) => new(item, IsDelete: true);
}
