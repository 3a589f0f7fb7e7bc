using System.Globalization;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Footprint;

/// <summary>What is loaded before the memory is looked at.</summary>
/// <param name="Name">In words.</param>
/// <param name="Space">The records; null for none.</param>
/// <param name="Budgets">The budgets our sidecar is measured with.</param>
internal sealed record FootprintCase(string Name, KeySpace? Space, string[] Budgets)
{
    public static IReadOnlyList<FootprintCase> All(ulong seed, int records) =>
    [
        new("empty", null, ["512Mi", "128Mi"]),
        Of(seed, records, 100),
        Of(seed, records, 1024),
    ];

    private static FootprintCase Of(ulong seed, int records, int valueBytes) => new(
        string.Create(CultureInfo.InvariantCulture, $"{records:N0} records of {valueBytes} B"),
        new KeySpace(seed, records, valueBytes), ["512Mi", "128Mi"]);
}
