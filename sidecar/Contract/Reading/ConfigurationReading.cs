using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading;

/// <summary>What came of reading a configuration.</summary>
/// <param name="Configuration">The configuration; only to be used when there is no mistake.</param>
/// <param name="Mistakes">Everything that is wrong.</param>
/// <param name="NotActedOn">Paths that were configured and that are checked but not acted on, with the reason where there is one.</param>
public sealed record ConfigurationReading(
    SidecarConfiguration Configuration, IReadOnlyList<Mistake> Mistakes, IReadOnlyList<string> NotActedOn);
