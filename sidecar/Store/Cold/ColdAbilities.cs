namespace Thermocline.Store.Cold;

/// <summary>What a cold store was found to do.</summary>
/// <param name="ConditionalWrites">
/// Whether <see cref="ColdCondition.IfAbsent"/> and <see cref="ColdCondition.IfVersion"/> are honoured. Where they are not, one
/// process at a time may write: nothing but care keeps a second writer out.
/// </param>
public readonly record struct ColdAbilities(bool ConditionalWrites);
