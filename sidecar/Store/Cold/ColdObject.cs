namespace Thermocline.Store.Cold;

/// <summary>A whole object.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Tag">Its version tag, for <see cref="ColdCondition.IfVersion"/>.</param>
public sealed record ColdObject(ReadOnlyMemory<byte> Content, string Tag);
