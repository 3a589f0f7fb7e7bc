namespace Thermocline.Operator.Api.Schema;

/// <summary>The field must be given.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RequiredAttribute : Attribute;
