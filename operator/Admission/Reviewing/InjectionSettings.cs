namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>What holds for every sidecar.</summary>
/// <param name="OperatorNamespace">Where the operator runs: nothing is attached there.</param>
/// <param name="Image">The image where a cluster names none.</param>
/// <param name="ImagePullPolicy">Empty: what Kubernetes takes for the image's tag.</param>
internal sealed record InjectionSettings(string OperatorNamespace, string Image, string ImagePullPolicy = "");
