using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Testing.Cold;

/// <summary>One request to a <see cref="MemoryColdStore"/>.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Name">The object, or the prefix of a listing; the first name of a deletion.</param>
/// <param name="Number">How many requests there were before.</param>
public sealed record ColdCall(ColdOperation Kind, string Name, long Number);
