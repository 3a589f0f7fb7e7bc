namespace Thermocline.Operator.Admission.Stores;

/// <summary>A store that was given to a pod which may not be seen yet.</summary>
internal sealed record StoreGrant(string Namespace, string Cluster, string Store, DateTimeOffset At);
