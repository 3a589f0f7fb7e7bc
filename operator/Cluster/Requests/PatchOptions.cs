namespace Thermocline.Operator.Cluster.Requests;

/// <summary>How a patch is written, and which part of the object it changes.</summary>
internal sealed record PatchOptions(PatchKind Kind, string? Subresource = null)
{
    public static readonly PatchOptions Merge = new(PatchKind.Merge);

    public static readonly PatchOptions MergeStatus = new(PatchKind.Merge, "status");

    public static readonly PatchOptions Json = new(PatchKind.Json);

    public static readonly PatchOptions Resize = new(PatchKind.Json, "resize");
}
