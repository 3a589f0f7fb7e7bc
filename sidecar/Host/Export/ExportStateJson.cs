using System.Text.Json.Serialization;

namespace Thermocline.Sidecar.Export;

/// <summary>The JSON shape of <see cref="ExportState"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExportState))]
internal sealed partial class ExportStateJson : JsonSerializerContext;
