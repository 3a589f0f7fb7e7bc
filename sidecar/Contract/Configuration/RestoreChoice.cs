namespace Thermocline.Contract.Configuration;

/// <summary>Whether a sidecar that starts with an empty data folder brings its store back from the cold store first.</summary>
public enum RestoreChoice
{
    /// <summary>No: the folder becomes a new store. <c>thermocline restore</c> does it by hand.</summary>
    Never,

    /// <summary>Yes, when the cold store holds one. It does not start without an answer of the cold store.</summary>
    WhenEmpty,
}
