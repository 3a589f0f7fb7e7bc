using System.Text.Json.Serialization;

namespace Thermocline.Benchmarks.Report;

/// <summary>Everything one run found: the machine, the seed, the rows, and what was left out and why.</summary>
internal sealed record BenchReport(string Machine, ulong Seed, bool Quick, IReadOnlyList<Row> Rows, IReadOnlyList<string> Skipped);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchReportJson : JsonSerializerContext;
