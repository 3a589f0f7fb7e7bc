namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>What is due for an object.</summary>
internal enum ControllerStepKind
{
    /// <summary>Nothing: it goes, and none of ours holds it.</summary>
    Nothing,

    /// <summary>Writing our finalizers on it, before anything is made that they would clean up.</summary>
    Attach,

    /// <summary>Bringing the world to what it says.</summary>
    Reconcile,

    /// <summary>Running one of our finalizers.</summary>
    Finalize,
}
