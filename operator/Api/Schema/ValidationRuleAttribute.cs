namespace Thermocline.Operator.Api.Schema;

/// <summary>A rule that the API server evaluates (CEL) on a section or field.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
internal sealed class ValidationRuleAttribute(string rule, string message, string? fieldPath = null) : Attribute
{
    /// <summary>What must be true; <c>self</c> is the section or the field.</summary>
    public string Rule { get; } = rule;

    /// <summary>What the user is told otherwise.</summary>
    public string Message { get; } = message;

    /// <summary>The field to blame, from the section on, such as <c>.highWatermark</c>; null for the section itself.</summary>
    public string? FieldPath { get; } = fieldPath;
}
