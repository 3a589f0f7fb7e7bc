namespace Thermocline.Store.Cold;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Name">Its name, without the prefix of the store.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="LastModified">When it was last written, by the clock of whatever keeps it.</param>
public readonly record struct ColdEntry(string Name, long Length, DateTimeOffset LastModified);
