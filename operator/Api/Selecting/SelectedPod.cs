namespace Thermocline.Operator.Api.Selecting;

/// <summary>What decides which cluster a pod belongs to.</summary>
internal sealed record SelectedPod(
    string Namespace, IReadOnlyDictionary<string, string>? Labels, IReadOnlyDictionary<string, string>? Annotations);
