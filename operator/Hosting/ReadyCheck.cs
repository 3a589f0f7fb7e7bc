namespace Thermocline.Operator.Hosting;

/// <summary>One thing that must be so.</summary>
/// <param name="Name">What it is about, in a word.</param>
/// <param name="WhyNot">Why it is not so; null when it is.</param>
internal sealed record ReadyCheck(string Name, Func<string?> WhyNot);
