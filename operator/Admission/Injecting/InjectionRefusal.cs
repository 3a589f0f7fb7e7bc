namespace Thermocline.Operator.Admission.Injecting;

/// <summary>Why a pod is left as it is.</summary>
/// <param name="Reason">In one word.</param>
/// <param name="Message">In a sentence, with what to do about it.</param>
internal sealed record InjectionRefusal(RefusalReason Reason, string Message);
