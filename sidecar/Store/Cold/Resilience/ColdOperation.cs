namespace Thermocline.Store.Cold.Resilience;

/// <summary>What is asked of a cold store; counters are kept for each.</summary>
public enum ColdOperation
{
    /// <summary>Finding out what the store does.</summary>
    Probe,

    /// <summary>Writing a small object.</summary>
    Put,

    /// <summary>Writing an object from a file.</summary>
    Upload,

    /// <summary>Asking what an object is.</summary>
    Head,

    /// <summary>Fetching a whole object.</summary>
    Get,

    /// <summary>Fetching a range of an object.</summary>
    Read,

    /// <summary>Listing; a thousand entries count as one request.</summary>
    List,

    /// <summary>Deleting; a hundred names count as one request.</summary>
    Delete,

    /// <summary>Discarding unfinished uploads.</summary>
    Discard,
}
