namespace Thermocline.Operator.Cluster.Requests;

/// <summary>How a patch is written. Strategic patches are left out: no custom resource takes them.</summary>
internal enum PatchKind
{
    /// <summary>RFC 7396: what is named is replaced, lists as a whole.</summary>
    Merge,

    /// <summary>RFC 6902: a list of operations, of which a test may refuse them all.</summary>
    Json,
}
