namespace Thermocline.Dashboards.Grafana;

/// <summary>Moments that are drawn into every panel as a line.</summary>
internal sealed record Mark(string Name, string Expression, string Title, string Colour);
