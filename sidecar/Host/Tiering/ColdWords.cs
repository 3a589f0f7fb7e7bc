using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Tiering;

/// <summary>How answers and metrics spell what belongs to the cold store.</summary>
internal static class ColdWords
{
    public static string Of(ColdOperation operation) => operation switch
    {
        ColdOperation.Probe => "probe",
        ColdOperation.Put => "put",
        ColdOperation.Upload => "upload",
        ColdOperation.Head => "head",
        ColdOperation.Get => "get",
        ColdOperation.Read => "read",
        ColdOperation.List => "list",
        ColdOperation.Delete => "delete",
        ColdOperation.Discard => "discard",
    };

    public static string Of(ColdCircuit circuit) => circuit switch
    {
        ColdCircuit.Closed => "closed",
        ColdCircuit.Open => "open",
        ColdCircuit.HalfOpen => "half-open",
    };
}
