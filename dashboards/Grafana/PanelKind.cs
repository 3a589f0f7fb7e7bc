namespace Thermocline.Dashboards.Grafana;

/// <summary>How a panel shows its answers.</summary>
internal enum PanelKind
{
    /// <summary>One line an answer.</summary>
    Lines,

    /// <summary>Areas on top of each other, whose sum means something.</summary>
    Stack,

    /// <summary>Bars on top of each other: what happened in each interval.</summary>
    Bars,

    /// <summary>One number, of now.</summary>
    Figure,

    /// <summary>One band an answer, coloured by a named state.</summary>
    States,
}
