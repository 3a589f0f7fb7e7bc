namespace Thermocline.Operator.Api.Selecting;

/// <summary>Why a pod belongs to a cluster, or to none.</summary>
internal enum SelectionOutcome
{
    /// <summary>One cluster selects it.</summary>
    Selected,

    /// <summary>No cluster selects it.</summary>
    NotSelected,

    /// <summary>Several clusters select it, so none gets it.</summary>
    SelectedTwice,

    /// <summary>A cluster selects it and leaves it out by <c>spec.attach.excluded</c>.</summary>
    Excluded,

    /// <summary>It says itself that it wants no sidecar.</summary>
    OptedOut,

    /// <summary>No pod of its namespace gets one.</summary>
    NamespaceExcluded,
}
