namespace Thermocline.Events.Redis.Delivery;

/// <summary>An event that was read and is not acknowledged yet.</summary>
/// <param name="Partition">Where it lies.</param>
/// <param name="Tenure">The hold on the partition it was read under.</param>
/// <param name="Id">Its place there.</param>
/// <param name="Draft">The event; null: an entry that is none.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Deliveries">How often the server counts it as delivered.</param>
/// <param name="IsRecovered">Whether a member before may have begun it.</param>
internal sealed record HeldEvent(
    Partition Partition, Tenure Tenure, StreamId Id, EventDraft? Draft, int Bytes, int Deliveries, bool IsRecovered)
{
    /// <summary>The context it waits in line for.</summary>
    public string Context => Draft?.Context ?? "";
}
