namespace Thermocline.Dashboards.Grafana;

/// <summary>Panels that answer one question of a reader.</summary>
internal sealed record Row(string Title, IReadOnlyList<Panel> Panels);
