namespace Thermocline.Operator.Api.Checking;

/// <summary>One thing that is wrong with a resource.</summary>
/// <param name="Path">The field, such as <c>spec.budget.limit</c>.</param>
/// <param name="Message">What is wrong, to be read after the path.</param>
internal sealed record FieldMistake(string Path, string Message);
