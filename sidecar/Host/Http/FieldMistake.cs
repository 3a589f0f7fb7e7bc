namespace Thermocline.Sidecar.Http;

/// <summary>One mistake in an input.</summary>
/// <param name="Path">Which field: <c>operations[3].key</c>, <c>limit</c>.</param>
/// <param name="Message">What is wrong with it.</param>
internal readonly record struct FieldMistake(string Path, string Message);
