namespace Thermocline.Dashboards.Grafana;

/// <summary>From which value on a number has a colour. Colours are names, which each theme draws in its own way.</summary>
internal sealed record Step(double From, string Colour);
