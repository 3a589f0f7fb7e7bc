using System.Text.Json.Nodes;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>What is to be done to a pod.</summary>
/// <param name="Patch">Operations of RFC 6902; none when the pod is already as wished, or is left alone.</param>
/// <param name="Refusal">Why it is left alone; null when it is not.</param>
/// <param name="Warnings">What whoever creates the pod should know.</param>
internal sealed record InjectionAnswer(JsonArray Patch, InjectionRefusal? Refusal, IReadOnlyList<string> Warnings);
