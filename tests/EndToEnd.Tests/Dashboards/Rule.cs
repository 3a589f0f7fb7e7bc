namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>One rule of dashboards/alerts.yaml.</summary>
internal sealed record Rule(
    string Name, bool IsAlert, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);
