namespace Thermocline.Testing.Cold;

/// <summary>What came of an offload, a wiped folder and two restorations.</summary>
/// <param name="Records">Records written, and compared after each restoration.</param>
/// <param name="PlainBytes">Bytes of their keys and values.</param>
/// <param name="ObjectBytes">Bytes of the segments in the cold store.</param>
/// <param name="WarmBytes">Bytes of the packed segments before they were made smaller for the cold store.</param>
/// <param name="Write">Time of writing them.</param>
/// <param name="Pack">Time of packing what was left to pack.</param>
/// <param name="Offload">Time until everything was published and had left the local disk.</param>
/// <param name="LocalBytesAfter">Bytes of the local folder then.</param>
/// <param name="RestoreStubs">Time of a restoration that leaves values where they are, until the store was open.</param>
/// <param name="ColdReadsUs">Time of each read at random from the cold store, microseconds, ascending.</param>
/// <param name="RequestsPerColdRead">Requests each of those took, on average.</param>
/// <param name="ReadAll">Time of reading everything in key order from the cold store.</param>
/// <param name="ReadAllRequests">Requests that took.</param>
/// <param name="RestoreWhole">Time of a restoration that fetches every value, until the store was open.</param>
/// <param name="Mistakes">Records that were missing or not equal; must be empty.</param>
public sealed record OffloadReport(
    int Records, long PlainBytes, long ObjectBytes, long WarmBytes, TimeSpan Write, TimeSpan Pack, TimeSpan Offload,
    long LocalBytesAfter, TimeSpan RestoreStubs, double[] ColdReadsUs, double RequestsPerColdRead, TimeSpan ReadAll,
    long ReadAllRequests, TimeSpan RestoreWhole, IReadOnlyList<string> Mistakes);
