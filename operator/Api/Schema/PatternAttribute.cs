namespace Thermocline.Operator.Api.Schema;

/// <summary>Regular expression that a text, or each text of a list or map, matches.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PatternAttribute(string pattern) : Attribute
{
    /// <summary>The expression.</summary>
    public string Pattern { get; } = pattern;
}
