namespace Thermocline.Dashboards.Grafana;

/// <summary>A whole dashboard.</summary>
/// <param name="Id">Grafana's uid: what its address ends with.</param>
/// <param name="Title">The name in lists.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Marks">Moments that are drawn into every panel.</param>
/// <param name="Rows">The panels.</param>
internal sealed record Dashboard(
    string Id, string Title, string Description, IReadOnlyList<Mark> Marks, IReadOnlyList<Row> Rows);
