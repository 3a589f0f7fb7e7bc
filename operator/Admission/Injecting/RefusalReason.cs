namespace Thermocline.Operator.Admission.Injecting;

/// <summary>Why a pod gets no sidecar although it is to have one. In one word, as <c>status.missing[].reason</c> says it.</summary>
internal enum RefusalReason
{
    /// <summary>It is not written as a pod is.</summary>
    Unreadable,

    /// <summary>It leaves no room for anything in what a cluster can store.</summary>
    TooLarge,

    /// <summary>It is the shadow of a pod that a node runs by itself.</summary>
    MirrorPod,

    /// <summary>It runs on Windows.</summary>
    Windows,

    /// <summary>It uses its node's network, where another sidecar may hold the ports.</summary>
    HostNetwork,

    /// <summary>A container of its own listens on a port of ours.</summary>
    PortTaken,

    /// <summary>It states resources for the pod as a whole, into which the sidecar may not fit.</summary>
    PodResources,

    /// <summary>Somebody else put a container of our name there.</summary>
    InjectedByHand,

    /// <summary>It has a volume of our name.</summary>
    VolumeTaken,
}
