namespace Thermocline.Store.Cold.Resilience;

/// <summary>Whether requests are sent at all.</summary>
public enum ColdCircuit
{
    /// <summary>Requests are sent.</summary>
    Closed,

    /// <summary>Too many failed: for a while none is sent, and every call fails at once.</summary>
    Open,

    /// <summary>One request is sent to see whether the store is back.</summary>
    HalfOpen,
}
