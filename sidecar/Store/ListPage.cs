namespace Thermocline.Store;

/// <summary>A page of an ordered listing.</summary>
/// <param name="Keys">Composed keys in byte order.</param>
/// <param name="More">Whether keys follow: ask again with <c>after</c> = the last key.</param>
public sealed record ListPage(IReadOnlyList<byte[]> Keys, bool More);
