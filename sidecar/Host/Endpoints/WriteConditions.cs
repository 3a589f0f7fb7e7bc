using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>What If-Match and If-None-Match mean for a write.</summary>
internal static class WriteConditions
{
    /// <summary>The store's condition for the headers of a request, or the problem they have.</summary>
    /// <param name="context">The request.</param>
    /// <param name="plane">A list of tags is decided by a look at the record.</param>
    /// <param name="key">The composed key.</param>
    /// <param name="creates">Whether the write may create: only then If-None-Match means something.</param>
    public static (Condition Condition, Problem? Problem) Read(
        HttpContext context, DataPlane plane, ReadOnlySpan<byte> key, bool creates)
    {
        IHeaderDictionary headers = context.Request.Headers;
        (EntityTags? match, Problem? wrongMatch) = EntityTags.Read(headers.IfMatch, "If-Match", strong: true);
        (EntityTags? noneMatch, Problem? wrongNone) = EntityTags.Read(headers.IfNoneMatch, "If-None-Match", strong: true);
        if ((wrongMatch ?? wrongNone) is { } wrong)
            return (default, wrong);
        if (match is not null && noneMatch is not null)
            return (default, new Problem(400, ProblemCode.ConditionsConflict,
                "If-Match and If-None-Match exclude each other on a write."));
        if (noneMatch is not null)
            return creates && noneMatch.Any ? (Condition.IfAbsent, null) : (default, Unsupported(creates));
        return match is null ? (default, null) : OfMatch(match, plane, key);
    }

    private static Problem Unsupported(bool creates) => new(400, ProblemCode.ConditionUnsupported,
        "This condition is not supported on a write.",
        creates ? "If-None-Match takes only *." : "DELETE takes only If-Match.");

    private static (Condition Condition, Problem? Problem) OfMatch(EntityTags match, DataPlane plane, ReadOnlySpan<byte> key)
    {
        if (match.Any)
            return (Condition.IfPresent, null);
        if (match.Sequences.Count == 0)
            return (default, StoreProblems.ConditionFailed);
        if (match.Sequences.Count == 1)
            return (Condition.IfSequence(match.Sequences[0]), null);
        // Sequence numbers only grow, so a record that changes between this look and the write was not named either.
        using ReadLease lease = plane.Store.Read(key);
        return lease.Found && match.Match(lease.Sequence)
            ? (Condition.IfSequence(lease.Sequence), null)
            : (default, StoreProblems.ConditionFailed);
    }
}
