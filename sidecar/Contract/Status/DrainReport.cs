namespace Thermocline.Contract.Status;

/// <summary>What <c>POST /v1/admin/drain</c> did.</summary>
public sealed record DrainReport
{
    /// <summary>Whether everything acknowledged before the request can be restored from the cold store alone.</summary>
    public bool Done { get; init; }

    /// <summary>Sequence number of the last write acknowledged before the request.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Sequence number of the last write that can be restored from the cold store alone.</summary>
    public ulong RecoverySequence { get; init; }

    /// <summary>Time it took.</summary>
    public double Seconds { get; init; }
}
