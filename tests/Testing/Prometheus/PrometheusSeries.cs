namespace Thermocline.Testing.Prometheus;

/// <summary>One series of an answer: its labels and its values in the order of time.</summary>
public sealed record PrometheusSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<double> Values);
