namespace Thermocline.Memory.Announcing;

/// <summary>What one save has to tell.</summary>
/// <param name="Number">Its place in the order of saves.</param>
/// <param name="Count">How many memories were saved.</param>
public readonly record struct Announcement(long Number, int Count);
