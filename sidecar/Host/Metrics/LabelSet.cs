namespace Thermocline.Sidecar.Metrics;

/// <summary>The label values of one series, in the order in which the instrument gives them.</summary>
internal sealed class LabelSet(KeyValuePair<string, string>[] labels)
{
    /// <summary>Names and values.</summary>
    public KeyValuePair<string, string>[] Labels => labels;
}
