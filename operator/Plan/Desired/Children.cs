using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>The children of a cluster: which are missing or changed, which are no longer wanted, and whose name somebody else took.</summary>
internal sealed record Children(
    IReadOnlyList<ObjectApply> Changed, SecretCreate? Secret, IReadOnlyList<ObjectDelete> Unwanted, IReadOnlyList<string> Taken)
{
    private static readonly ResourceType[] Optional =
        [Resources.NetworkPolicies, Resources.DaprComponents, Resources.DaprResiliencies];

    public static Children Of(Observed observed, long revision, PlanOptions options)
    {
        List<ObjectApply> changed = [];
        List<string> taken = [];
        List<ObjectApply> wanted = Wanted(observed, revision, options);
        foreach (ObjectApply each in wanted)
        {
            AnyObject? there = observed.Child(each.Type, each.Key.Name);
            if (there is not null && !ChildMetadata.IsOurs(there, observed))
                taken.Add($"{each.Type.Kind} {each.Key.Name}");
            else if (there is null || !Difference.IsThere(each.Fields, there))
                changed.Add(each);
        }

        AnyObject? secret = observed.Child(Resources.Secrets, Names.TokenSecret(observed.Name));
        if (secret is not null && !ChildMetadata.IsOurs(secret, observed))
            taken.Add($"Secret {Names.TokenSecret(observed.Name)}");
        return new Children(changed, secret is null ? TokenSecret.Of(observed) : null, Unneeded(observed, wanted), taken);
    }

    private static List<ObjectApply> Wanted(Observed observed, long revision, PlanOptions options)
    {
        DaprSpec dapr = observed.Cluster.Spec.Dapr;
        List<ObjectApply> wanted = [SidecarConfigMap.Of(observed, revision), MetricsEndpoint.Of(observed)];
        if (!observed.HasOtherPolicies)
            wanted.Add(AdminPolicy.Of(observed, options.OperatorNamespace));
        if (dapr.Enabled && observed.Served.DaprComponents)
            wanted.AddRange([DaprComponent.Store(observed), .. DaprComponent.Broker(observed) is { } broker ? [broker] : Array.Empty<ObjectApply>()]);
        if (dapr.Enabled && dapr.Resiliency.Enabled && observed.Served.DaprResiliencies)
            wanted.Add(DaprResiliency.Of(observed));
        return wanted;
    }

    private static IReadOnlyList<ObjectDelete> Unneeded(Observed observed, List<ObjectApply> wanted) =>
    [
        .. from type in Optional
           from child in observed.Children
           where child.Kind == type.Kind && child.ApiVersion == type.ApiVersion && ChildMetadata.IsOurs(child, observed)
               && !child.Metadata.IsDeleting && wanted.TrueForAll(each => each.Type != type || each.Key.Name != child.Metadata.Name)
           select new ObjectDelete(type, child.Metadata.Key, child.Metadata.Uid ?? ""),
    ];
}
