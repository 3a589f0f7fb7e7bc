namespace Thermocline.Store.Cold;

/// <summary>What an object is, without its bytes.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Tag">Its version tag, for <see cref="ColdCondition.IfVersion"/>.</param>
/// <param name="LastModified">When it was last written, by the clock of whatever keeps it.</param>
public readonly record struct ColdHead(long Length, string Tag, DateTimeOffset LastModified);
