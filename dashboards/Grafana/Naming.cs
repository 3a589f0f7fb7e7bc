namespace Thermocline.Dashboards.Grafana;

/// <summary>A number that stands for a state, and how it is shown.</summary>
internal sealed record Naming(int Value, string Name, string Colour);
